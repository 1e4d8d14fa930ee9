import type { Resolver } from '@domainsync/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AgentStage, closed, done } from './agent-stage.test.support.ts'
import { testRoot, type VirtualClock, type World } from './agent-world.test.support.ts'

const MINUTE_MS = 60_000

let stage: AgentStage
let world: World
let clock: VirtualClock

beforeEach(async () => {
  stage = await AgentStage.open()
  ;({ world, clock } = stage)
})
afterEach(() => stage[Symbol.asyncDispose]())

/** True and false with equal odds, the same at one moment however often it is asked. */
function coin(): () => boolean {
  let seed = 7
  let at = Number.NaN
  return () => {
    if (at !== clock.monotonic()) seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    at = clock.monotonic()
    return seed < 2 ** 31
  }
}

describe('an agent whose own network is down', () => {
  const errors = {
    'every connection is refused': Object.assign(new Error('connect ENETUNREACH'), { code: 'ENETUNREACH' }),
    'nothing answers in time': Object.assign(new Error('no answer'), { code: 'RPC_TIMEOUT', name: 'TimeoutError' }),
  }

  it.each(Object.entries(errors))(
    'and %s moves nothing, uses up no repair, and goes on by itself afterwards',
    async (_, error) => {
      const agent = stage.agent()
      await stage.watch(agent, { limitMs: MINUTE_MS })
      const { fetch } = world
      world.chain.failure = error
      world.dns.failure = error
      for (const replica of world.replicas) replica.failure = error
      world.fetch = async () => {
        throw new TypeError('fetch failed', { cause: error })
      }
      const reports = await stage.watch(agent, { limitMs: 2 * 20 * MINUTE_MS })
      expect(done(reports).filter((kind) => !kind.endsWith('Publishing'))).toEqual([])
      expect(world.chain.calls).toEqual([])
      expect(reports.flatMap(({ freezes }) => freezes).every(({ kind }) => kind === 'automatic')).toBe(true)

      world.chain.failure = undefined
      world.dns.failure = undefined
      for (const replica of world.replicas) replica.failure = undefined
      world.fetch = fetch
      world.dns.cid = `${testRoot('forged')}`
      await stage.until(
        agent,
        ({ conditions, freezes, dns }) => conditions.length + freezes.length === 0 && dns.status === 'match',
        { limitMs: 5 * MINUTE_MS },
      )
    },
  )
})

describe('a live release that its guardian quarantined', () => {
  it('is neither uploaded again nor logged as failed: servers are right to refuse it', async () => {
    const agent = stage.agent()
    await stage.watch(agent, { limitMs: MINUTE_MS })
    world.chain.calls.splice(0)
    world.chain.releases[0]!.stable = false
    world.fetch = async () => new Response('RELEASE_QUARANTINED', { status: 410 })
    const reports = await stage.watch(agent, { limitMs: 10 * MINUTE_MS })
    expect(done(reports).filter((kind) => kind !== 'swapDns')).toEqual([])
    expect(reports.flatMap(({ conditions }) => conditions.map(({ type }) => type))).not.toContain('HashMismatch')
    expect(world.chain.calls).toEqual([])
  })
})

describe('a probe that is wrong half of the time', () => {
  it('about a copy does not start a storm of uploads, nor freeze the domain', async () => {
    const flip = coin()
    const [, provider] = world.replicas
    const { status } = provider!
    provider!.status = async (root) => (flip() ? status(root) : 'absent')
    const reports = await stage.watch(stage.agent(), { limitMs: 20 * MINUTE_MS })
    expect(provider!.uploads).toBeGreaterThan(0)
    expect(provider!.uploads).toBeLessThanOrEqual(2)
    expect(reports.flatMap(({ freezes }) => freezes)).toEqual([])
    expect(stage.notifier.sent.some(({ title }) => title.includes('ReplicaLost (node-2) needs a person'))).toBe(true)
  })

  it('about DNS stays within the caps, leaves the right record, and wakes a person', async () => {
    const flip = coin()
    const { read } = world.dns
    world.dns.read = async () => (flip() ? read() : { cid: `${testRoot('forged')}`, ttlSeconds: 30 })
    const live = world.liveRoot()
    const reports = await stage.watch(stage.agent(), { limitMs: 20 * MINUTE_MS })
    expect(world.dns.cid).toBe(live)
    expect(done(reports).length).toBeLessThanOrEqual(6)
    expect(world.chain.calls).toEqual([])
    expect(stage.notifier.sent.filter(({ severity }) => severity === 'critical').length).toBeGreaterThan(0)
    // Not one for each time that it came and went.
    expect(stage.notifier.sent.filter(({ severity }) => severity !== 'info').length).toBeLessThanOrEqual(8)
  })

  it('about the pages of a release rolls back within the cap of a day', async () => {
    world.chain.kept = undefined
    for (let n = 3; n < 9; n++) world.release(`release ${n}`, `<title>good</title> ${n}`)
    const flip = coin()
    const { fetch } = world
    world.fetch = async () => (flip() ? fetch() : new Response('<p>nothing</p>', { status: 500 }))
    const reports = await stage.watch(stage.agent(), { limitMs: 20 * MINUTE_MS })
    expect(done(reports).filter((kind) => kind === 'rollback')).toEqual([])
    expect(world.chain.calls.filter((name) => name === 'rollback')).toEqual([])
  })
})

describe('resolvers that disagree', () => {
  const answering = (name: string, cid: string): Resolver => ({
    name,
    query: async (asked, type) => ({
      rcode: 'NOERROR',
      authoritative: false,
      answers: [{ name: asked, type, ttlSeconds: 30, data: `dnslink=/ipfs/${cid}` }],
      authorities: [],
    }),
  })

  it('move nothing while the authoritative answer is right, and are shown', async () => {
    const live = world.liveRoot()
    const resolvers = [answering('one', live), answering('two', `${testRoot('forged')}`)]
    const domain = { ...world.domain(), dns: { driver: world.dns, resolvers } }
    const reports = await stage.watch(stage.agent({ domains: [domain] }), { limitMs: 10 * MINUTE_MS })
    expect(done(reports)).toEqual([])
    expect(reports.at(-1)!.dns).toMatchObject({ status: 'match', resolvers: { match: 1, of: 2 } })
  })
})

it('no quorum while DNS drifts: nothing moves, copies are repaired, and the drift is reset afterwards', async () => {
  const agent = stage.agent()
  await stage.watch(agent, { limitMs: MINUTE_MS })
  world.chain.failure = Object.assign(new Error('operators disagree'), { code: 'RPC_NO_QUORUM' })
  world.dns.cid = `${testRoot('forged')}`
  world.replicas[1]!.held.clear()
  const frozen = await stage.watch(agent, { limitMs: 20 * MINUTE_MS })
  expect(done(frozen)).toEqual(['reupload'])
  expect(world.dns.swaps).toBe(0)
  world.chain.failure = undefined
  const startedAt = clock.monotonic()
  await stage.until(agent, closed)
  expect(clock.monotonic() - startedAt).toBeLessThan(2 * MINUTE_MS)
  expect(world.dns.cid).toBe(world.liveRoot())
})
