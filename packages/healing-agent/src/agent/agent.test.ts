import type { Store } from '@domainsync/journal'
import { Wallet } from 'ethers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { thawTypedData } from '../approve/thaw-typed-data.ts'
import { AgentStage, closed, done, REGISTRY, TITLE } from './agent-stage.test.support.ts'
import {
  type MemoryNotifier,
  MemoryReplica,
  memoryTransactor,
  refused,
  testRoot,
  type VirtualClock,
  World,
} from './agent-world.test.support.ts'

let stage: AgentStage
let clock: VirtualClock
let store: Store
let world: World
let notifier: MemoryNotifier

beforeEach(async () => {
  stage = await AgentStage.open()
  ;({ clock, store, world, notifier } = stage)
})
afterEach(() => stage[Symbol.asyncDispose]())

const agentOf: AgentStage['agent'] = (given) => stage.agent(given)
const through: AgentStage['through'] = (work) => stage.through(work)
const until: AgentStage['until'] = (agent, condition, options) => stage.until(agent, condition, options)

describe('pass', () => {
  it('finds a healthy domain healthy and does nothing', async () => {
    const report = await through(agentOf().pass({ repair: true }))
    expect(report).toMatchObject({ schema: 'domainsync.pass/1', complete: true })
    expect(report.domains).toMatchObject([
      {
        domain: 'bbbhhai.com',
        release: { live: 2, latest: 2, kept: 2 },
        served: 'match',
        checks: 'pass',
        verified: 'yes',
        dns: { status: 'match' },
        replicas: { stored: 3, of: 3, need: 2 },
        conditions: [],
        actions: [],
        incident: null,
        error: null,
      },
    ])
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  it('writes nothing anywhere without repair', async () => {
    world.dns.cid = `${testRoot('forged')}`
    const agent = agentOf()
    let report = await through(agent.pass({ repair: false }))
    for (const ms of [1_000, 1_000]) {
      clock.advance(ms)
      report = await through(agent.pass({ repair: false }))
    }
    expect(report.domains[0]).toMatchObject({ dns: { status: 'DRIFT' }, conditions: [{ type: 'DnsDrift' }] })
    expect(report.domains[0]!.actions.map(({ outcome, action }) => [outcome, action.kind])).toEqual([
      ['planned', 'notify'],
      ['planned', 'swapDns'],
    ])
    expect(world.dns.swaps).toBe(0)
    expect(await store.history.recent({ domain: world.name, limit: 10 })).toEqual([])
    expect(notifier.sent).toEqual([])
  })

  it('says that a name is not registered', async () => {
    const other = new World('auditorsec.com', clock)
    other.chain.domain = async () => undefined
    const report = await through(agentOf({ worlds: [other] }).pass({ repair: true }))
    expect(report.domains[0]).toMatchObject({ release: null, error: { code: 'NOT_REGISTERED' } })
    expect(report.complete).toBe(false)
  })
})

describe('healing', () => {
  it('sets a forged TXT record right within ten seconds of the first bad answer', async () => {
    const live = world.dns.cid
    const agent = agentOf()
    await through(agent.pass({ repair: true }))
    world.dns.cid = `${testRoot('forged')}`
    const reports = await until(agent, closed)
    expect(world.dns.cid).toBe(live)
    expect(done(reports)).toEqual(['swapDns'])
    const { firstBadAt, closedAt } = reports.at(-1)!.incident!
    expect(closedAt! - firstBadAt).toBeLessThanOrEqual(10_000)
    expect(notifier.sent.map(({ severity, title }) => `${severity} ${title}`)).toEqual([
      'warning bbbhhai.com: DnsDrift',
      'info bbbhhai.com: healed',
    ])
  })

  it('restores a copy that a replica lost', async () => {
    world.replicas[1]!.held.clear()
    const reports = await until(agentOf(), closed)
    expect(done(reports)).toEqual(['reupload'])
    expect(reports.at(-1)!.replicas).toMatchObject({ stored: 3, of: 3 })
  })

  it('starts a node that died, and restores what it lost', async () => {
    const [node] = world.replicas
    node!.failure = refused()
    node!.held.clear()
    world.restarts = async () => {
      node!.failure = undefined
    }
    const reports = await until(agentOf(), closed)
    expect(done(reports)).toEqual(expect.arrayContaining(['restart', 'reupload']))
    expect(node!.held.size).toBe(1)
    expect(notifier.sent[0]).toMatchObject({ severity: 'critical', title: 'bbbhhai.com: NodeOffline (node-1)' })
  })

  it('never calls a silent node down while nothing else answers', async () => {
    const silent = Object.assign(new Error('no answer'), { name: 'TimeoutError' })
    for (const replica of world.replicas) replica.failure = silent
    world.chain.failure = Object.assign(new Error('no answer'), { code: 'RPC_TIMEOUT' })
    const agent = agentOf()
    for (let n = 0; n < 6; n++) {
      const report = await through(agent.pass({ repair: true }))
      expect(report.domains[0]!.conditions).toEqual([])
      clock.advance(1_000)
    }
  })

  it('goes back from a release whose checks fail, on chain and in DNS', async () => {
    const good = world.liveRoot()
    world.release('three', 'broken')
    const reports = await until(agentOf(), closed)
    expect(done(reports)).toEqual(['rollback'])
    expect(world.chain).toMatchObject({ live: 2, calls: ['rollback'] })
    expect(world.chain.releases[0]).toMatchObject({ release: 3, stable: false })
    expect(world.dns.cid).toBe(good)
    expect(reports.at(-1)).toMatchObject({ checks: 'pass', dns: { status: 'match' } })
  })

  it('tells a person, and moves nothing, when the predecessor fails the same check', async () => {
    world.pages.set(world.liveRoot(), 'x')
    world.release('three', 'broken')
    const startedAt = clock.now()
    const reports = await until(agentOf(), ({ actions }) => actions.some(({ action }) => action.kind === 'page'))
    expect(reports.at(-1)).toMatchObject({ checks: 'FAIL', conditions: [{ type: 'ChecksFailing', subject: '/' }] })
    expect(done(reports)).toEqual([])
    expect(world.chain.calls).toEqual([])
    expect(notifier.sent).toMatchObject([
      { severity: 'warning', title: 'bbbhhai.com: ChecksFailing (/)' },
      { severity: 'critical', title: 'bbbhhai.com: ChecksFailing (/) needs a person' },
    ])
    expect(notifier.sent[0]!.text).toContain('release 2 fails it too')
    expect(clock.now() - startedAt).toBeLessThanOrEqual(120_000)
  })

  it('tells a person about a first release that fails its checks, and does not keep it', async () => {
    const first = new World('auditorsec.com', clock)
    first.release('one', 'broken')
    const agent = agentOf({ worlds: [first] })
    const reports = await until(agent, ({ actions }) => actions.some(({ action }) => action.kind === 'page'))
    expect(reports.at(-1)).toMatchObject({ conditions: [{ type: 'ChecksFailing' }] })
    expect(first.chain.calls).toEqual([])
  })

  it('tells a person when nobody listens where readers go, and forgets it when somebody does again', async () => {
    const { fetch } = world
    world.fetch = async () => {
      throw new TypeError('fetch failed', { cause: refused() })
    }
    const agent = agentOf()
    const reports = await until(agent, ({ actions }) => actions.some(({ action }) => action.kind === 'page'))
    expect(reports.at(-1)!.conditions).toMatchObject([
      { type: 'ChecksFailing', evidence: expect.stringMatching(/^\/ /) },
    ])
    expect(done(reports)).toEqual([])
    world.fetch = fetch
    await until(agent, closed)
  })

  it('stops publishing, goes back and points DNS away from a release that does not verify', async () => {
    world.release('evil', TITLE, { verified: false })
    const reports = await until(agentOf(), closed)
    expect(done(reports)).toEqual(['pausePublishing', 'rollback'])
    expect(world.chain).toMatchObject({ live: 2, paused: 1, calls: ['pause', 'rollback'] })
    expect(world.dns.cid).toBe(world.liveRoot())
  })

  it('redeploys on wrong bytes and never rolls back', async () => {
    world.served = { status: 200, body: 'defaced' }
    const node = world.replicas[0]!
    const upload = node.upload
    node.upload = async (root) => {
      await upload(root)
      world.served = undefined
    }
    const reports = await until(agentOf(), closed)
    expect(done(reports)).toEqual(['redeploy'])
    expect(world.chain.calls).toEqual([])
    expect(notifier.sent.map(({ severity }) => severity)).toEqual(['critical', 'info', 'info'])
  })

  it('pages a person when the repairs do not help', async () => {
    world.served = { status: 200, body: 'defaced' }
    await until(agentOf(), ({ actions }) => actions.some(({ action }) => action.kind === 'page'))
    expect(world.replicas[0]!.uploads).toBe(2)
    expect(world.chain.calls).toEqual(['logHealthFailure'])
    expect(notifier.sent.at(-1)).toMatchObject({
      severity: 'critical',
      title: 'bbbhhai.com: HashMismatch (/) needs a person',
    })
  })

  it('moves no pointer without a quorum, repairs copies meanwhile, and thaws by itself', async () => {
    const agent = agentOf()
    await through(agent.pass({ repair: true }))
    world.chain.failure = Object.assign(new Error('operators disagree'), { code: 'RPC_NO_QUORUM' })
    world.dns.cid = `${testRoot('forged')}`
    world.replicas[1]!.held.clear()
    const frozen = await until(
      agent,
      ({ freezes, conditions }) =>
        freezes.length > 0 &&
        conditions.every(({ type }) => type !== 'ReplicaLost') &&
        clock.now() % 2 >= 0 &&
        world.replicas[1]!.held.size > 0,
    )
    expect(done(frozen)).toEqual(['reupload'])
    expect(world.dns.swaps).toBe(0)
    world.chain.failure = undefined
    const healed = await until(
      agent,
      ({ freezes, conditions }) => freezes.length === 0 && conditions.length === 0 && world.dns.swaps === 1,
    )
    expect(healed.at(-1)).toMatchObject({ dns: { status: 'match' } })
  })

  it('holds the publisher off while too few copies are left, and lets it go afterwards', async () => {
    for (const replica of world.replicas.slice(1)) replica.held.clear()
    const agent = agentOf()
    await through(agent.pass({ repair: true }))
    const publish = { id: 'publish', kind: 'publish' as const, domain: world.name, expectedSeq: 2, steps: ['sync'] }
    await expect(store.journal.open(publish)).rejects.toMatchObject({ code: 'OPERATION_RUNNING' })
    await until(agent, closed)
    await expect(store.journal.open(publish)).resolves.toMatchObject({ state: 'running' })
    expect(world.chain.calls).toEqual([])
  })

  it('makes a waiting publish yield', async () => {
    await store.journal.open({
      id: 'waiting',
      kind: 'publish',
      domain: world.name,
      expectedSeq: 3,
      steps: ['sync', 'swap'],
    })
    world.release('three', 'broken')
    const reports = await until(agentOf(), closed)
    expect(done(reports)).toEqual(['rollback'])
    expect((await store.journal.running(world.name)).length).toBe(0)
  })

  it('waits for a publish that is on its way to the chain', async () => {
    world.release('three', 'broken')
    await store.journal.open({
      id: 'sending',
      kind: 'publish',
      domain: world.name,
      expectedSeq: 3,
      steps: ['sync', 'swap'],
    })
    await store.journal.advance('sending', { kind: 'intent', step: 'sync', intent: {} })
    const reports = await until(agentOf(), ({ actions }) => actions.some(({ code }) => code === 'PUBLISH_RUNNING'))
    expect(done(reports)).toEqual([])
    expect(world.chain.calls).toEqual([])
  })
})

describe('acting', () => {
  it('goes on with a rollback that was killed after its transaction was sent, without a second one', async () => {
    world.release('three', 'broken')
    const dying = new AbortController()
    const transactor = memoryTransactor(world.chain)
    const { submit } = transactor
    transactor.submit = async (raw, options) => {
      await submit(raw, options)
      if (dying.signal.aborted) return
      dying.abort(new Error('killed'))
      throw dying.signal.reason
    }
    const first = agentOf({ transactor })
    await through(first.run({ signal: dying.signal }))
    expect(world.chain.calls).toEqual(['rollback'])
    expect(world.dns.cid).not.toBe(world.liveRoot())
    expect(await store.journal.running(world.name)).toMatchObject([{ kind: 'rollback' }])

    const reports = await until(agentOf({ transactor }), closed)
    expect(world.chain.calls).toEqual(['rollback'])
    expect(world.dns.cid).toBe(world.liveRoot())
    expect(reports.at(-1)).toMatchObject({ error: null, release: { live: 2 } })
    expect(await store.journal.running(world.name)).toEqual([])
    // Nobody is woken about the release that is gone, and no failure of it is logged on chain.
    expect(notifier.sent.map(({ title }) => title)).toEqual(['bbbhhai.com: ReleaseBad (/)', 'bbbhhai.com: healed'])
  })

  it('does not act on a plan that the chain has overtaken', async () => {
    world.dns.cid = `${testRoot('forged')}`
    const { domain } = world.chain
    let looks = 0
    world.chain.domain = async (name, block) => {
      const state = await domain.call(world.chain, name, block)
      // Every second look of a pass is the fence: something has moved in between.
      looks += 1
      return looks % 2 === 0 && state !== undefined
        ? { ...state, head: { ...state.head, seq: state.head.seq + 1 } }
        : state
    }
    const agent = agentOf()
    let overtaken = 0
    for (let n = 0; n < 5; n++) {
      looks = 0
      const report = await through(agent.pass({ repair: true }))
      overtaken += report.domains[0]!.actions.filter(
        ({ code, outcome }) => code === 'PLAN_STALE' && outcome === 'skipped',
      ).length
      clock.advance(1_000)
    }
    expect(overtaken).toBeGreaterThan(0)
    expect(world.dns.swaps).toBe(0)
  })

  it('does not move a pointer after another agent took its lease', async () => {
    world.dns.cid = `${testRoot('forged')}`
    const agent = agentOf()
    const { read } = world.dns
    for (let n = 0; n < 3; n++) {
      if (n === 2) {
        world.dns.read = async () => {
          // The store's clock runs on while this agent stalls; another one takes over.
          await store.leases.claimDue({
            owner: 'other',
            now: clock.now() + 120_000,
            durationMs: 60_000,
            limit: 1,
            domains: [world.name],
          })
          return read()
        }
      }
      await through(agent.pass({ repair: true })).catch(() => {})
      clock.advance(1_000)
    }
    expect(world.dns.swaps).toBe(0)
  })

  it('moves pointers again only after the owner approved a sticky freeze', async () => {
    const place = { chainId: 31337, registry: REGISTRY }
    const [owner, stranger] = [new Wallet(`0x${'5'.repeat(64)}`), new Wallet(`0x${'6'.repeat(64)}`)]
    world.chain.owner = owner!.address.toLowerCase() as `0x${string}`
    const freeze = {
      id: 'bbbhhai.com/RepairExhausted/1',
      domain: world.name,
      cause: 'RepairExhausted',
      kind: 'sticky' as const,
      evidenceDigest: `0x${'ab'.repeat(32)}`,
      since: clock.now(),
      thawSignature: undefined,
    }
    await store.history.save({ domain: world.name, conditions: [], incident: undefined, freezes: [freeze] })
    world.dns.cid = `${testRoot('forged')}`
    const approve = async (wallet: Wallet) => {
      const findings = await store.history.findings(world.name)
      const [frozen] = findings.freezes
      const { domain, types, message } = thawTypedData(place, frozen!)
      const thawSignature = await wallet.signTypedData(domain, types, { ...message })
      await store.history.save({ ...findings, freezes: [{ ...frozen!, thawSignature }] })
    }
    const rounds = async () => {
      for (let n = 0; n < 4; n++) {
        await through(agentOf().pass({ repair: true }))
        clock.advance(6_000)
      }
    }
    await rounds()
    await approve(stranger!)
    await rounds()
    expect(world.dns.swaps).toBe(0)
    await approve(owner!)
    await rounds()
    expect(world.dns.swaps).toBe(1)
  })

  it('uses a spare provider when a replica is gone for good', async () => {
    world.replicas[2]!.failure = refused()
    const spare = new MemoryReplica('spare')
    const domain = world.domain()
    const domains = [{ ...domain, replicas: [...domain.replicas, { replica: spare, tier: 2 as const, spare: true }] }]
    const reports = await until(agentOf({ domains }), () => spare.held.size > 0)
    expect(done(reports)).toContain('spareProvider')
    const later = await until(agentOf({ domains }), ({ replicas }) => replicas.stored === 3)
    expect(later.at(-1)!.replicas.list.find(({ name }) => name === 'spare')).toMatchObject({
      copy: 'stored',
      spare: true,
    })
  })
})

describe('keep', () => {
  it('does not push a waiting publish aside', async () => {
    world.chain.kept = undefined
    await store.journal.open({ id: 'waiting', kind: 'publish', domain: world.name, expectedSeq: 2, steps: ['sync'] })
    const agent = agentOf()
    for (let n = 0; n < 4; n++) {
      await through(agent.pass({ repair: true }))
      clock.advance(10_000)
    }
    expect(world.chain.calls).toEqual([])
    expect(await store.journal.running(world.name)).toMatchObject([{ id: 'waiting', state: 'running' }])
  })

  it('keeps the first release at once and a later one after it has soaked', async () => {
    world.chain.kept = undefined
    const agent = agentOf({ settings: { soakMs: 600_000 } })
    await until(agent, () => world.chain.kept !== undefined)
    expect(world.chain.kept).toMatchObject({ release: 2 })
    world.release('three', TITLE)
    const published = clock.now()
    await until(agent, () => world.chain.kept?.release === 3, { limitMs: 1_200_000 })
    expect(clock.now() - published).toBeGreaterThanOrEqual(600_000)
    expect(clock.now() - published).toBeLessThanOrEqual(700_000)
  })
})

describe('many domains', () => {
  it('contains the crash of one domain, says so, and heals the others', async () => {
    const other = new World('auditorsec.com', clock)
    other.release('one', TITLE)
    other.chain.kept = { release: 1, ipfsHash: other.chain.releases[0]!.ipfsHash }
    const broken = other.domain()
    const domains = [
      {
        ...broken,
        get replicas(): never {
          throw new Error('boom')
        },
      },
      world.domain(),
    ]
    world.replicas[1]!.held.clear()
    const agent = agentOf({ worlds: [world, other], domains })
    const reports = await until(agent, closed)
    expect(reports.find(({ domain }) => domain === 'auditorsec.com')).toMatchObject({ error: { message: 'boom' } })
    expect(
      notifier.sent.some(({ title, severity }) => title.includes('auditorsec.com') && severity === 'critical'),
    ).toBe(true)
    expect(world.replicas[1]!.held.size).toBe(1)
  })

  it('leaves a domain that another agent has alone', async () => {
    world.dns.cid = `${testRoot('forged')}`
    await store.leases.claimDue({
      owner: 'other',
      now: clock.now(),
      durationMs: 60_000,
      limit: 1,
      domains: [world.name],
    })
    const agent = agentOf()
    for (let n = 0; n < 5; n++) {
      const report = await through(agent.pass({ repair: true }))
      expect(report.domains[0]).toMatchObject({ error: { code: 'LEASE_HELD' } })
      clock.advance(1_000)
    }
    expect(world.dns.swaps).toBe(0)
  })
})

describe('memory', () => {
  it('goes on where another process stopped', async () => {
    world.dns.cid = `${testRoot('forged')}`
    for (let n = 0; n < 3; n++) {
      await through(agentOf().pass({ repair: true }))
      clock.advance(1_000)
    }
    expect(world.dns.swaps).toBe(1)
  })

  it('keeps its caps over restarts', async () => {
    for (let n = 0; n < 40; n++) {
      world.dns.cid = `${testRoot(`forged ${n}`)}`
      await through(agentOf().pass({ repair: true }))
      clock.advance(20_000)
    }
    expect(world.dns.swaps).toBeLessThanOrEqual(2)
    expect(notifier.sent.filter(({ title }) => title.includes('needs a person')).length).toBeGreaterThan(0)
  })

  it('keeps a message until it is delivered', async () => {
    world.dns.cid = `${testRoot('forged')}`
    notifier.failure = new Error('down')
    const agent = agentOf()
    for (let n = 0; n < 3; n++) {
      await through(agent.pass({ repair: true }))
      clock.advance(1_000)
    }
    notifier.failure = undefined
    await through(agent.pass({ repair: true }))
    expect(notifier.sent.map(({ title }) => title)).toContain('bbbhhai.com: DnsDrift')
  })
})

describe('settle', () => {
  it('heals in one run without a resident', async () => {
    world.dns.cid = `${testRoot('forged')}`
    const report = await through(agentOf().settle({ repair: true }))
    expect(report.domains[0]).toMatchObject({ conditions: [], dns: { status: 'match' } })
    expect(world.dns.swaps).toBe(1)
  })

  it('goes on until copies that are back count again, however long it takes to read them', async () => {
    for (const { held } of world.replicas.slice(1)) held.clear()
    const [replica] = world.replicas
    const read = replica!.status.bind(replica)
    replica!.status = async (...given) => {
      clock.advance(2_200)
      return read(...given)
    }
    const report = await through(agentOf().settle({ repair: true }))
    expect(world.replicas.map(({ uploads }) => uploads)).toEqual([0, 1, 1])
    expect(report.domains[0]).toMatchObject({ conditions: [], replicas: { stored: 3 } })
  })

  it('ends at once on a healthy domain', async () => {
    const before = clock.now()
    await through(agentOf().settle({ repair: true }))
    expect(clock.now() - before).toBeLessThan(1_000)
  })
})

describe('plan', () => {
  it('says what would be done, and does nothing', async () => {
    const agent = agentOf()
    for (let n = 0; n < 2; n++) {
      world.replicas[2]!.held.clear()
      await through(agent.plan(world.name))
      clock.advance(1_000)
    }
    const report = await through(agent.plan(world.name))
    expect(report.actions.map(({ action, outcome }) => [action.kind, outcome])).toContainEqual(['reupload', 'planned'])
    expect(world.replicas[2]!.uploads).toBe(0)
  })
})
