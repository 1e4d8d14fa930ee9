import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { openReplicas } from '../../packages/cli/dist/wiring/replicas.js'
import { stateFolder } from '../../packages/cli/dist/wiring/state-folder.js'
import { errorCode, RELEASE_FILE, rootFromHash } from '../../packages/core/dist/index.js'
import { reservePorts } from '../../packages/core/dist/node/index.js'
import { proveReplication } from '../../packages/ipfs-mirror/dist/index.js'
import { type OperationRecord, openSqliteStore } from '../../packages/journal/dist/index.js'
import { publishSteps } from '../../packages/publisher/dist/steps/publish-steps.js'
import { readFileBytes, resolvePath } from '../../packages/sdk/dist/index.js'
import { CHAIN_NODE } from '../support/chain-node.ts'
import { EVERY_POINT } from '../support/every-point.ts'
import { DOMAIN, type Outside, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runPublish } from './run-publish.ts'

/** The real steps, so that a new one is covered without a word here; only their keys are used. */
const STEPS = publishSteps({ network: {}, store: {} } as Parameters<typeof publishSteps>[0]).map(({ key }) => key)
const PHASES = ['start', 'intent', 'effect', 'done'] as const
const POINTS = STEPS.flatMap((step) => PHASES.map((phase) => `${step}:${phase}`))

/** Steps that move a pointer, and the wait between them. */
const ON_CHAIN = ['sync', 'confirm', 'swap']

/** How a run that was killed is finished. */
type Recovery = 'resume' | 'publish again'
const RECOVERIES: readonly Recovery[] = ['resume', 'publish again']

/**
 * Every point where a pointer moves, and one of each other step; of every point, with every recovery where a pointer moves. Elsewhere
 * the recoveries take turns.
 */
function killsToTry(): readonly { readonly point: string; readonly recoveries: readonly Recovery[] }[] {
  return STEPS.flatMap((step, number) => {
    const movesPointer = ON_CHAIN.includes(step)
    const phases = movesPointer || EVERY_POINT ? PHASES : (['effect'] as const)
    return phases.map((phase, turn) => ({
      point: `${step}:${phase}`,
      recoveries: movesPointer && EVERY_POINT ? RECOVERIES : [RECOVERIES[(number + turn) % RECOVERIES.length]!],
    }))
  })
}

describe(`a publish killed with SIGKILL, on ${CHAIN_NODE}`, { timeout: 120_000 }, () => {
  const worlds = new Map<Recovery, PublishWorld>()
  const world = (recovery: Recovery) => worlds.get(recovery)!

  beforeAll(async () => {
    const opened = await Promise.all([openPublishWorld(), openPublishWorld()])
    worlds.set('resume', opened[0]).set('publish again', opened[1])
  })
  afterAll(async () => {
    await Promise.all([...worlds.values()].map((one) => one[Symbol.asyncDispose]()))
  })

  it('passes every point of every step when it is not killed', async () => {
    const from = await world('resume').writeSite({ 'index.html': 'not killed' })
    const { signal, stderr, points } = await runPublish(world('resume'), { from })
    expect({ signal, stderr, points }).toEqual({ signal: null, stderr: '', points: POINTS })
  })

  for (const { point, recoveries } of killsToTry()) {
    it(`is finished once after a kill at ${point}, by ${recoveries.join(' and by ')}`, async () => {
      const [step, phase] = point.split(':')
      await Promise.all(
        recoveries.map(async (recovery) => {
          const one = world(recovery)
          const from = await one.writeSite({ 'index.html': `killed at ${step}`, 'notes/one.txt': `at ${phase}` })
          const before = await one.outside()
          const { signal, stderr } = await runPublish(one, { from, killAt: point })
          expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
          await expectFinishedOnce(one, { before, recovery, from })
        }),
      )
    })
  }

  if (EVERY_POINT) {
    it('is finished once after a kill somewhere inside of each step', async () => {
      const lanes = [...worlds].map(async ([recovery, one], lane) => {
        for (const step of STEPS.filter((_, index) => index % worlds.size === lane)) {
          const from = await one.writeSite({ 'index.html': `killed inside of ${step}` })
          const before = await one.outside()
          const killAfter = { point: `${step}:intent`, delayMs: Math.random() * 50 }
          await runPublish(one, { from, killAfter })
          await expectFinishedOnce(one, { before, recovery, from, mayOutrun: true })
        }
      })
      await Promise.all(lanes)
    })
  }

  it('is finished once after being killed at every step in turn', async () => {
    const one = world('publish again')
    const from = await one.writeSite({ 'index.html': 'killed at every step' })
    const before = await one.outside()
    for (const step of STEPS) {
      const { signal, stderr } = await runPublish(one, { from, killAt: `${step}:start` })
      expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
    }
    await expectFinishedOnce(one, { before, recovery: 'publish again', from })
  })
})

describe('a failing publish killed with SIGKILL', { timeout: 120_000 }, () => {
  let world: PublishWorld
  beforeAll(async () => {
    world = await openPublishWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const everyPoint = ['prove:retry', 'prove:failed', ...PHASES.map((phase) => `log-failure:${phase}`)]
  for (const point of EVERY_POINT ? everyPoint : ['prove:failed', 'log-failure:intent', 'log-failure:effect']) {
    it(`logs its failure once after a kill at ${point}, and can be published later`, async () => {
      // Only so many failures of a day are logged: each point begins with a memory of its own.
      const [nowhere] = await reservePorts(1)
      const config = await world.configWith(`fails-${point.replace(':', '-')}`, (raw) => {
        raw.state = `state-${point.replace(':', '-')}`
        raw.agent!.store = { kind: 'sqlite', path: `${raw.state}/domainsync.db` }
        raw.replication.need = 3
        Object.assign(raw.providers['node-3']!, { url: `http://127.0.0.1:${nowhere}` })
      })
      const from = await world.writeSite({ 'index.html': `fails at ${point}` })
      const before = await world.outside()
      const { signal, stderr } = await runPublish({ config }, { from, killAt: point })
      expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
      {
        await using publisher = await openPublisher(config)
        const code = point === 'prove:retry' ? 'REPLICATION_INSUFFICIENT' : undefined
        expect(await publisher.resume().then(() => undefined, errorCode)).toBe(code)
        expect(await publisher.resume()).toEqual([])
      }
      const { successes, failures, transactions } = before
      const failed = { ...before, failures: failures + 1, transactions: transactions + 1 }
      expect(await world.outside()).toEqual(failed)

      const mended = { ...config, values: { ...config.values, providers: world.config.values.providers } }
      await using publisher = await openPublisher(mended)
      const result = await publisher.publish(await publisher.plan(DOMAIN, { from }))
      expect(result).toMatchObject({ incomplete: [] })
      const { root } = result!
      const after = { successes: successes + 1, transactions: transactions + 2, live: root, dns: root }
      expect(await world.outside()).toEqual({ ...failed, ...after })
    })
  }
})

interface Finishing {
  readonly before: Outside
  readonly recovery: Recovery
  readonly from: string
  /** It may have come to its end before the kill. */
  readonly mayOutrun?: boolean
}

async function expectFinishedOnce(world: PublishWorld, { before, recovery, from, mayOutrun = false }: Finishing) {
  const killed = await newestPublish(world)
  const outran = mayOutrun && killed.state === 'done'
  if (!outran) expect(killed.state).toBe('running')
  {
    await using publisher = await openPublisher(world.config)
    if (recovery === 'resume') {
      const results = await publisher.resume(DOMAIN)
      expect(results).toMatchObject(outran ? [] : [{ run: killed.id, incomplete: [] }])
    } else {
      const plan = await publisher.plan(DOMAIN, { from })
      expect(plan).toMatchObject({ changes: [], finished: outran ? [] : [{ run: killed.id, incomplete: [] }] })
      await expect(publisher.publish(plan)).rejects.toMatchObject({ code: 'NOTHING_TO_PUBLISH' })
    }
    expect(await publisher.resume()).toEqual([])
  }
  const done = await newestPublish(world)
  expect(done).toMatchObject({ id: killed.id, state: 'done' })
  expectSameDecisions(killed, done)
  const { successes, failures, transactions } = before
  const after = { successes: successes + 1, failures, transactions: transactions + 1, live: done.root, dns: done.root }
  expect(await world.outside()).toEqual(after)
  await expectHeldByAll(world, done)
  expect(await readdir(stateFolder(world.config).cars)).toEqual([])
}

/** What was journaled before the kill is what was done after it: the envelope, the root, the transaction. */
function expectSameDecisions(killed: OperationRecord, done: OperationRecord) {
  for (const { key, intent, receipt } of killed.steps) {
    const step = done.steps.find((other) => other.key === key)
    if (intent !== undefined) expect(step?.intent).toEqual(intent)
    if (receipt !== undefined) expect(step?.receipt).toEqual(receipt)
  }
  if (killed.root !== undefined) expect(done.root).toBe(killed.root)
}

/** Every replica gives back every block, and the release's manifest is the envelope that was journaled. */
async function expectHeldByAll({ config }: PublishWorld, { root: text, steps }: OperationRecord) {
  const replicas = (await openReplicas(config)).map(({ replica }) => replica)
  const { ipfsHash } = steps.find(({ key }) => key === 'sign')!.receipt as { ipfsHash: `0x${string}` }
  const root = rootFromHash(ipfsHash)
  expect(root.toString()).toBe(text)
  const { held } = await proveReplication(root, replicas, { need: replicas.length, trial: true })
  expect(held).toBe(replicas.length)
  const { envelope } = steps.find(({ key }) => key === 'sign')!.intent as { envelope: string }
  const [{ source }] = replicas as [(typeof replicas)[number]]
  const manifest = await resolvePath(root, RELEASE_FILE, { source })
  const bytes = await readFileBytes(manifest!.cid, source, { maxBytes: 1_000_000 })
  expect(Buffer.from(bytes).toString('base64')).toBe(envelope)
}

async function newestPublish({ config }: PublishWorld): Promise<OperationRecord> {
  await using store = await openSqliteStore(stateFolder(config).journal)
  const recent = await store.operations.operations({ domain: DOMAIN, limit: 5 })
  return recent.find(({ kind }) => kind === 'publish')!
}
