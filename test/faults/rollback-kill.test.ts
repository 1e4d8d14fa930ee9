import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadedConfig } from '../../packages/cli/dist/config/load-config.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { stateFolder } from '../../packages/cli/dist/wiring/state-folder.js'
import { HEAL_STEPS } from '../../packages/healing-agent/dist/act/operation-steps.js'
import { openSqliteStore } from '../../packages/journal/dist/index.js'
import { CHAIN_NODE } from '../support/chain-node.ts'
import { EVERY_POINT } from '../support/every-point.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runAgent } from './run-agent.ts'

const CLI = join(import.meta.dirname, '../../packages/cli/bin/domainsync.js')
const PHASES = ['start', 'intent', 'effect', 'done'] as const
const pointsOf = (phases: readonly string[]) =>
  HEAL_STEPS.rollback.flatMap((step) => phases.map((phase) => `${step}:${phase}`))
const POINTS = pointsOf(PHASES)
const KILLS = EVERY_POINT ? POINTS : pointsOf(['intent', 'effect'])
/** A lease lasts a minute: what is finished much sooner did not wait for the dead agent's. */
const FINISHED_WITHIN_MS = 20_000

async function publish(world: PublishWorld, body: string): Promise<string> {
  const from = await world.writeSite({ 'index.html': body })
  await using publisher = await openPublisher(world.config)
  return (await publisher.publish(await publisher.plan(DOMAIN, { from })))!.root
}

async function runningOperations({ config }: PublishWorld) {
  await using store = await openSqliteStore(stateFolder(config).journal)
  return await store.journal.running(DOMAIN)
}

describe('a rollback by hand', { timeout: 60_000 }, () => {
  let world: PublishWorld
  let first: string
  beforeAll(async () => {
    world = await openPublishWorld()
    first = await publish(world, 'one')
    await publish(world, 'two')
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  function domainsync(...args: string[]) {
    const child = spawn(process.execPath, [CLI, ...args, '--config', world.config.file, '--json'], { stdio: 'pipe' })
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    return { child, ended: once(child, 'close').then(([code]) => ({ code, json: stdout && JSON.parse(stdout) })) }
  }

  /** Whether the journal has the rollback's own step as begun. */
  async function isHalfDone(): Promise<boolean> {
    const [running] = await runningOperations(world)
    return (
      running?.kind === 'rollback' &&
      running.steps.some(({ key, intent }) => key === 'rollback' && intent !== undefined)
    )
  }

  it('that was killed is finished, and goes no release further back', async () => {
    const { child, ended } = domainsync('rollback', DOMAIN)
    await expect.poll(isHalfDone, { timeout: 30_000, interval: 5 }).toBe(true)
    child.kill('SIGKILL')
    await ended
    const resumed = await domainsync('resume').ended
    expect(resumed).toMatchObject({ code: 0, json: { schema: 'domainsync.resume/1', rolledBack: [first] } })
    expect(await world.outside()).toMatchObject({ live: first, dns: first, successes: 3 })
    expect(await domainsync('resume').ended).toMatchObject({ code: 0, json: { rolledBack: [] } })
  })
})

describe("an agent's rollback killed with SIGKILL", { timeout: 90_000 }, () => {
  const lanes: { world: PublishWorld; config: LoadedConfig; good: string }[] = []

  beforeAll(async () => {
    lanes.push(...(await Promise.all([openLane(), openLane()])))
  }, 60_000)
  afterAll(async () => {
    await Promise.all(lanes.map(({ world }) => world[Symbol.asyncDispose]()))
  })

  /** A world whose agent finds a page without a title broken; the publisher does not ask. */
  async function openLane() {
    const world = await openPublishWorld(CHAIN_NODE, { refreshEveryMs: 100 })
    const config = await world.configWith('agent', ({ domains, agent }) => {
      domains[DOMAIN]!.checks = [{ path: '/', contains: '<title>' }]
      // As many faults in a minute as no day has.
      Object.assign(agent!, { probeEveryMs: 250, maxRepairsPerHour: 1_000, soakMs: 3_600_000 })
    })
    const good = await publish(world, '<title>good</title>')
    // Out of the ring, lest the broken releases of this test evict it.
    await world.send('owner', { method: 'keep', value: 1 })
    return { world, config, good }
  }

  async function expectRolledBackOnce({ world, good }: (typeof lanes)[number], before: { transactions: number }) {
    expect(await world.outside()).toMatchObject({ live: good, dns: good })
    expect(await world.transactionsOf('healer')).toBe(before.transactions + 1)
  }

  it('passes every point of every step when it is not killed', async () => {
    const [lane] = lanes
    const { world, config } = lane!
    const before = { transactions: await world.transactionsOf('healer') }
    await publish(world, 'not killed')
    await using agent = runAgent({ config: config.file })
    await expect.poll(() => agent.points, { timeout: 60_000 }).toEqual(POINTS)
    await expectRolledBackOnce(lane!, before)
  })

  const half = Math.ceil(KILLS.length / 2)
  it.each(KILLS.slice(0, half).map((point, index) => [point, KILLS[half + index]]))(
    'is finished by the next agent within seconds after a kill at %s or %s',
    async (...points) => {
      await Promise.all(
        lanes.map(async (lane, index) => {
          const { world, config } = lane
          const killAt = points[index]!
          const before = { transactions: await world.transactionsOf('healer') }
          await publish(world, `killed at ${killAt}`)
          await using dying = runAgent({ config: config.file, killAt })
          expect(await dying.ended).toEqual({ signal: 'SIGKILL', stderr: '' })
          expect(await runningOperations(world)).toMatchObject([{ kind: 'rollback' }])

          const startedAt = performance.now()
          await using _ = runAgent({ config: config.file })
          await expect.poll(() => runningOperations(world), { timeout: 60_000, interval: 100 }).toEqual([])
          expect(performance.now() - startedAt).toBeLessThan(FINISHED_WITHIN_MS)
          await expectRolledBackOnce(lane, before)
        }),
      )
    },
  )
})
