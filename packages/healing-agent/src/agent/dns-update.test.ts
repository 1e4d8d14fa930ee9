import { DomainSyncError, LANE_PUBLISHING, type PublishRequests } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UPDATE_WAIT_MS } from '../plan/dns-update.ts'
import { AgentStage, closed, done, TITLE } from './agent-stage.test.support.ts'
import { testRoot, type VirtualClock, type World } from './agent-world.test.support.ts'

/** A publisher that says what it is told, and does what the test says. */
class Requests implements PublishRequests {
  readonly roots: string[] = []
  readonly #work: (root: CID) => void
  constructor(work: (root: CID) => void = () => {}) {
    this.#work = work
  }
  submit = async (_: string, root: CID) => {
    this.roots.push(`${root}`)
    this.#work(root)
  }
}

let stage: AgentStage
let world: World
let clock: VirtualClock

beforeEach(async () => {
  stage = await AgentStage.open()
  ;({ world, clock } = stage)
})
afterEach(() => stage[Symbol.asyncDispose]())

/** DNS names a release that is signed, lies with one replica, and is not on chain. */
function update(body = `${TITLE} three`): CID {
  const root = world.sign('three', body)
  world.replicas[0]!.held.add(`${root}`)
  world.dns.cid = `${root}`
  return root
}

const publishing = () => new Requests((root) => world.chain.publish(root))

describe('a DNSLink that names a signed release for latest + 1', () => {
  it('is copied, proven and handed to the publisher once, and is no drift', async () => {
    const agentBefore = stage.agent()
    await stage.through(agentBefore.pass({ repair: true }))
    const root = update()
    const publishRequests = publishing()
    const agent = stage.agent({ publishRequests })
    const reports = await stage.until(agent, ({ release, dns }) => release?.live === 3 && dns.status === 'match')
    expect(done(reports)).toEqual(['requestPublish'])
    expect(publishRequests.roots).toEqual([`${root}`])
    expect(world.replicas.map(({ held }) => held.has(`${root}`))).toEqual([true, true, true])
    expect(reports.flatMap(({ conditions }) => conditions)).toEqual([])
    expect(world.dns.swaps).toBe(0)
    expect(stage.notifier.sent).toMatchObject([{ severity: 'info', title: 'bbbhhai.com: DNS names signed release 3' }])
  })

  it('is no mismatch for readers who are served by DNS', async () => {
    await stage.through(stage.agent().pass({ repair: true }))
    update()
    world.served = { status: 200, body: `${TITLE} three` }
    const reports = await stage.watch(stage.agent({ publishRequests: new Requests() }), { limitMs: 60_000 })
    expect(reports.flatMap(({ conditions }) => conditions)).toEqual([])
  })

  it('is drift after ten minutes in which nobody published it', async () => {
    const live = world.liveRoot()
    update()
    const startedAt = clock.now()
    const publishRequests = new Requests()
    const reports = await stage.until(stage.agent({ publishRequests }), closed, { limitMs: 2 * UPDATE_WAIT_MS })
    expect(done(reports)).toEqual(['requestPublish', 'swapDns'])
    expect(world.dns.cid).toBe(live)
    const drifted = reports.find(({ conditions }) => conditions.length > 0)!
    expect(drifted.conditions[0]!.evidence).toContain('was not published within 10 minutes')
    const waitedMs = drifted.checkedAt - startedAt
    expect(waitedMs).toBeGreaterThanOrEqual(UPDATE_WAIT_MS)
    expect(waitedMs).toBeLessThan(UPDATE_WAIT_MS + 60_000)
  })

  it('waits no longer when the agent is started again, and not again when the name is pointed there again', async () => {
    const live = world.liveRoot()
    const root = update()
    const publishRequests = new Requests()
    for (let minute = 0; minute < 12; minute++) {
      await stage.through(stage.agent({ publishRequests }).pass({ repair: true }))
      clock.advance(60_000)
    }
    await stage.until(stage.agent({ publishRequests }), () => world.dns.cid === live)
    world.dns.cid = `${root}`
    const before = clock.now()
    await stage.until(stage.agent({ publishRequests }), () => world.dns.cid === live)
    expect(clock.now() - before).toBeLessThan(30_000)
    expect(publishRequests.roots).toEqual([`${root}`])
  })

  it('is drift at once when the publisher refuses it', async () => {
    const live = world.liveRoot()
    update()
    const publishRequests = new Requests(() => {
      throw new DomainSyncError('CONTENT_QUARANTINED', 'These files were condemned.', { retryable: false })
    })
    const before = clock.now()
    const reports = await stage.until(stage.agent({ publishRequests }), closed)
    expect(done(reports)).toEqual(['swapDns'])
    expect(world.dns.cid).toBe(live)
    expect(publishRequests.roots).toHaveLength(1)
    expect(clock.now() - before).toBeLessThan(60_000)
  })

  it('is handed over again, after a pause, when the publisher did not answer', async () => {
    update()
    let asked = 0
    const publishRequests = new Requests((root) => {
      asked += 1
      if (asked < 3) throw new Error('no answer')
      world.chain.publish(root)
    })
    const reports = await stage.until(stage.agent({ publishRequests }), ({ release }) => release?.live === 3)
    expect(done(reports)).toEqual(['requestPublish'])
    expect(asked).toBe(3)
    expect(world.dns.swaps).toBe(0)
  })

  it('is handed to nobody before K copies are proven', async () => {
    update()
    for (const replica of world.replicas.slice(1)) replica.upload = async () => {}
    const publishRequests = publishing()
    const reports = await stage.watch(stage.agent({ publishRequests }), { limitMs: 120_000 })
    expect(reports.flatMap(({ actions }) => actions)).toContainEqual(
      expect.objectContaining({ outcome: 'failed', code: 'TARGET_UNPROVEN' }),
    )
    expect(publishRequests.roots).toEqual([])
  })

  it('is handed to nobody while the domain is frozen', async () => {
    const since = clock.now()
    const evidenceDigest = `0x${'ab'.repeat(32)}`
    const kind = 'sticky' as const
    const freeze = { id: 'f', domain: world.name, cause: 'RepairExhausted', kind, evidenceDigest, since }
    const freezes = [{ ...freeze, thawSignature: undefined }]
    await stage.store.history.save({ domain: world.name, conditions: [], incident: undefined, freezes })
    update()
    const publishRequests = publishing()
    await stage.watch(stage.agent({ publishRequests }), { limitMs: 2 * UPDATE_WAIT_MS })
    expect(publishRequests.roots).toEqual([])
    expect(world.dns.swaps).toBe(0)
  })

  it('is not forgotten while the chain has no quorum', async () => {
    const root = update()
    const publishRequests = new Requests()
    const agent = stage.agent({ publishRequests })
    await stage.through(agent.pass({ repair: true }))
    world.chain.failure = Object.assign(new Error('operators disagree'), { code: 'RPC_NO_QUORUM' })
    const reports = await stage.watch(agent, { limitMs: 120_000 })
    const types = reports.flatMap(({ conditions }) => conditions.map(({ type }) => type))
    expect(new Set(types)).toEqual(new Set(['ChainNoQuorum']))
    expect(world.dns.cid).toBe(`${root}`)
  })
})

describe('a DNSLink that names anything else is drift', () => {
  async function expectReset(publishRequests: Requests | null = publishing()): Promise<void> {
    const live = world.liveRoot()
    const before = clock.now()
    const reports = await stage.until(stage.agent(publishRequests ? { publishRequests } : {}), closed)
    expect(done(reports)).toEqual(['swapDns'])
    expect(world.dns.cid).toBe(live)
    expect(publishRequests?.roots ?? []).toEqual([])
    expect(clock.now() - before).toBeLessThan(20_000)
  }

  it('when nobody can be asked to publish', async () => {
    update()
    await expectReset(null)
  })

  it('when it is signed by others, or not at all', async () => {
    const root = world.sign('three', `${TITLE} three`, { verified: false })
    for (const replica of world.replicas) replica.held.add(`${root}`)
    world.dns.cid = `${root}`
    await expectReset()
  })

  it('when it is nowhere to be found', async () => {
    world.dns.cid = `${testRoot('nowhere')}`
    await expectReset()
  })

  it('when it is an older release', async () => {
    world.dns.cid = `${testRoot(`${world.name} one`)}`
    await expectReset()
  })

  it('when its files are those of a quarantined release', async () => {
    const bad = world.release('bad', `${TITLE} bad`)
    world.chain.releases.find(({ release }) => release === 3)!.stable = false
    world.chain.live = 2
    world.dns.cid = `${bad}`
    update(`${TITLE} bad`)
    await expectReset()
  })

  it('when publishing is paused on chain', async () => {
    world.chain.paused = LANE_PUBLISHING
    update()
    await expectReset()
  })

  it('when it is no CID', async () => {
    world.dns.cid = 'QmNotReally'
    await expectReset()
  })
})
