import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LoadedConfig } from '../../packages/cli/dist/config/load-config.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { stateFolder } from '../../packages/cli/dist/wiring/state-folder.js'
import { errorCode } from '../../packages/core/dist/index.js'
import { openSqliteStore } from '../../packages/journal/dist/index.js'
import { CHAIN_NODE } from '../support/chain-node.ts'
import { EVERY_POINT } from '../support/every-point.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { type RunningAgent, runAgent } from './run-agent.ts'

const CLI = join(import.meta.dirname, '../../packages/cli/bin/domainsync.js')
const WITHIN = { timeout: 45_000, interval: 100 }

let world: PublishWorld
/** Its agent finds a page without a title broken; the publisher does not ask. */
let config: LoadedConfig
let good: string
let broken: string

beforeEach(async () => {
  world = await openPublishWorld(CHAIN_NODE, { refreshEveryMs: 100 })
  config = await configOf('agent', 'state')
  good = await publish('<title>good</title>')
  await world.send('owner', { method: 'keep', value: 1 })
  broken = await publish('broken')
}, 60_000)
afterEach(() => world?.[Symbol.asyncDispose]())

/** The configuration of a machine with its own memory. */
function configOf(name: string, state: string): Promise<LoadedConfig> {
  return world.configWith(name, (raw) => {
    raw.state = state
    raw.domains[DOMAIN]!.checks = [{ path: '/', contains: '<title>' }]
    const store = { kind: 'sqlite', path: `${state}/domainsync.db` } as const
    Object.assign(raw.agent!, { probeEveryMs: 250, maxRepairsPerHour: 1_000, soakMs: 3_600_000, store })
  })
}

async function publish(body: string, by = world.config): Promise<string> {
  const from = await world.writeSite({ 'index.html': body })
  await using publisher = await openPublisher(by)
  return (await publisher.publish(await publisher.plan(DOMAIN, { from })))!.root
}

async function running(of: LoadedConfig) {
  await using store = await openSqliteStore(stateFolder(of).journal)
  return await store.journal.running(DOMAIN)
}

/** An agent that stands still at a point of its rollback. */
async function agentPausedAt(point: string): Promise<{ agent: RunningAgent; goOn: () => Promise<void> }> {
  const until = join(world.folder, 'go-on')
  const agent = runAgent({ config: config.file, pauseAt: { point, until } })
  await expect.poll(() => agent.points, WITHIN).toContain(point)
  return { agent, goOn: () => writeFile(until, '') }
}

describe('a publish while the agent rolls back', { timeout: 120_000 }, () => {
  it('on the same machine is refused, and works afterwards', async () => {
    const { agent, goOn } = await agentPausedAt('rollback:intent')
    await using _ = agent
    expect(await publish('<title>next</title>').then(() => 'published', errorCode)).toBe('OPERATION_RUNNING')
    expect(await world.outside()).toMatchObject({ live: broken, dns: broken })
    await goOn()
    await expect.poll(() => world.outside(), WITHIN).toMatchObject({ live: good, dns: good })
    await expect.poll(() => running(config), WITHIN).toEqual([])
    const next = await publish('<title>next</title>')
    expect(await world.outside()).toMatchObject({ live: next, dns: next })
  })

  it('on another machine, before the rollback was sent, makes the rollback stand back', async () => {
    const { agent, goOn } = await agentPausedAt('rollback:intent')
    await using _ = agent
    const next = await publish('<title>next</title>', await configOf('ci', 'ci-state'))
    await goOn()
    await expect.poll(() => running(config), WITHIN).toEqual([])
    expect(await world.transactionsOf('healer')).toBe(0)
    expect(await world.outside()).toMatchObject({ live: next, dns: next })
  })

  it('on another machine, after the rollback was mined, wins, and DNS follows it', async () => {
    const { agent, goOn } = await agentPausedAt('rollback:done')
    await using _ = agent
    const next = await publish('<title>next</title>', await configOf('ci', 'ci-state'))
    await goOn()
    await expect.poll(() => running(config), WITHIN).toEqual([])
    expect(await world.transactionsOf('healer')).toBe(1)
    expect(await world.outside()).toMatchObject({ live: next, dns: next })
  })
})

describe('a journal that was copied to another machine, with the same healer key', { timeout: 120_000 }, () => {
  it.each(EVERY_POINT ? ['rollback:start', 'rollback:intent', 'rollback:effect', 'confirm:done'] : ['rollback:intent'])(
    'rolls back once when both go on after a kill at %s',
    async (killAt) => {
      await using dying = runAgent({ config: config.file, killAt })
      await expect(dying.ended).resolves.toMatchObject({ signal: 'SIGKILL' })
      await cp(join(world.folder, 'state'), join(world.folder, 'copied'), {
        recursive: true,
        filter: (path) => !path.includes('node-'),
      })
      const copy = await configOf('copy', 'copied')
      const before = await world.outside()
      const mined = await world.transactionsOf('healer')
      await using one = runAgent({ config: config.file })
      await using two = runAgent({ config: copy.file })
      for (const machine of [config, copy]) await expect.poll(() => running(machine), WITHIN).toEqual([])
      await expect.poll(() => world.outside(), WITHIN).toMatchObject({ live: good, dns: good })
      // One rollback, whoever sent it; after the kills that come later it had been mined before.
      const more = mined > 0 ? 0 : 1
      expect(await world.outside()).toMatchObject({ successes: before.successes + more, failures: 0 })
      // The one that came second was overtaken between its last look at the fence and its sending, at most.
      expect((await world.transactionsOf('healer')) - mined).toBeLessThanOrEqual(2 * more)
      expect(one.pid).not.toBe(two.pid)
    },
  )
})

describe('a rollback by hand while an agent runs on the same machine', { timeout: 120_000 }, () => {
  it('is left to the person who began it, and finished by the agent when that was killed', async () => {
    await publish('<title>next</title>')
    await using agent = runAgent({ config: config.file })
    await expect.poll(() => leaseOf(config), WITHIN).toMatchObject({ pid: agent.pid })
    await world.chain.request('evm_setAutomine', [false])
    const { child, ended } = rollback()
    await expect.poll(() => running(config), WITHIN).toMatchObject([{ steps: [{ state: 'intent' }, {}, {}] }])
    // Every pass of the agent renews its lease.
    const { until } = await leaseOf(config)
    await expect.poll(async () => (await leaseOf(config)).until, WITHIN).toBeGreaterThan(until + 1_500)
    await world.chain.request('evm_mine')
    await world.chain.request('evm_setAutomine', [true])
    await expect(ended).resolves.toBe(0)
    expect(await world.outside()).toMatchObject({ live: good, dns: good })
    expect(child.killed).toBe(false)

    await publish('<title>another</title>')
    const killed = rollback()
    await expect.poll(() => running(config), { ...WITHIN, interval: 5 }).toHaveLength(1)
    killed.child.kill('SIGKILL')
    await killed.ended
    await expect.poll(() => running(config), WITHIN).toEqual([])
    await expect.poll(() => world.outside(), WITHIN).toMatchObject({ live: good, dns: good })
  })

  function rollback() {
    const args = [CLI, 'rollback', DOMAIN, '--to', '1', '--config', config.file]
    const child = spawn(process.execPath, args, { stdio: 'ignore' })
    return { child, ended: once(child, 'close').then(([code]) => code as number | null) }
  }
})

/** Which process has the domain's lease, and for how long. */
async function leaseOf(of: LoadedConfig): Promise<{ pid: number; until: number }> {
  await using store = await openSqliteStore(stateFolder(of).journal)
  const lease = await store.leases.holder(DOMAIN)
  return { pid: Number(lease?.owner.split('/')[3]), until: lease?.until ?? 0 }
}
