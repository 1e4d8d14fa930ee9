import type { Condition, Freeze } from '@domainsync/core'
import { LANE_HEALING, LANE_PUBLISHING } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import type { ActionRecord } from './action-record.ts'
import { plan } from './plan.ts'
import { PLAN_DEFAULTS } from './plan-settings.ts'
import { candidate, condition, DOMAIN, head, NOW, replica, state } from './plan-state.test.samples.ts'
import type { PlanState } from './plan-state.ts'

const repairs = (conditions: Condition[], world: PlanState, now = NOW) =>
  plan(conditions, world, { now }).actions.filter(({ kind }) => kind !== 'notify' && kind !== 'page')

const messages = (conditions: Condition[], world: PlanState, now = NOW) =>
  plan(conditions, world, { now }).actions.filter(({ kind }) => kind === 'notify' || kind === 'page')

const tried = (kind: string, { ago = 0, subject = '', ok = true } = {}): ActionRecord => {
  return { kind, subject, at: NOW - ago, ok }
}

const sticky: Freeze = {
  id: 'f',
  domain: DOMAIN,
  cause: 'RepairExhausted',
  kind: 'sticky',
  evidenceDigest: '0x00',
  since: NOW - 1_000,
  thawSignature: undefined,
}

describe('plan', () => {
  it('does nothing about a healthy domain', () => {
    expect(plan([], state(), { now: NOW })).toEqual({ actions: [], ladders: [], freezes: [] })
  })

  describe('replicas', () => {
    const lost = condition('ReplicaLost', { subject: 'node-2', severity: 'warning', since: NOW - 100_000 })
    const world = (more: Partial<PlanState> = {}) =>
      state({
        replicas: [
          replica('node-1', { tier: 1 }),
          replica('node-2', { copy: 'missing' }),
          replica('extra', { spare: true, copy: 'missing' }),
        ],
        ...more,
      })

    it('climbs re-pin, upload, spare provider, person', () => {
      expect(repairs([lost], world())).toEqual([{ kind: 'repin', replica: 'node-2', root: 'root-3' }])
      const once = [tried('repin', { subject: 'node-2', ago: 50_000 })]
      expect(repairs([lost], world({ records: once }))).toEqual([
        { kind: 'reupload', replica: 'node-2', root: 'root-3' },
      ])
      const uploads = [...once, ...[40_000, 30_000].map((ago) => tried('reupload', { subject: 'node-2', ago }))]
      expect(repairs([lost], world({ records: uploads }))).toEqual([
        { kind: 'spareProvider', replica: 'node-2', spare: 'extra', root: 'root-3' },
      ])
      const all = [...uploads, ...[99_000, 98_000].map((ago) => tried('spareProvider', { subject: 'node-2', ago }))]
      const end = plan([lost], world({ records: all }), { now: NOW + 60_000 })
      expect(end.ladders[0]?.position).toMatchObject({ kind: 'end', step: 4, of: 4 })
      expect(end.actions.map(({ kind }) => kind)).toEqual(['notify', 'page'])
    })

    it('skips the re-pin of a provider that cannot pull', () => {
      const replicas = [
        replica('node-1'),
        replica('node-2', { copy: 'missing', can: { upload: true, pull: false, restart: false } }),
      ]
      expect(repairs([lost], world({ replicas }))).toEqual([{ kind: 'reupload', replica: 'node-2', root: 'root-3' }])
    })

    it('sends nothing to a replica that does not answer, and takes the spare when it stays away', () => {
      const replicas = [
        replica('node-1'),
        replica('node-2', { copy: 'missing', online: false }),
        replica('extra', { spare: true, copy: 'missing' }),
      ]
      const young = { ...lost, since: NOW - 5_000 }
      expect(plan([young], world({ replicas }), { now: NOW }).ladders[0]?.position).toMatchObject({
        kind: 'blocked',
        reason: 'node-2 does not answer',
      })
      expect(repairs([lost], world({ replicas }))).toMatchObject([{ kind: 'spareProvider', spare: 'extra' }])
    })

    it('waits longer after every try', () => {
      const position = (records: ActionRecord[]) => plan([lost], world({ records }), { now: NOW }).ladders[0]?.position
      expect(position([tried('repin', { subject: 'node-2', ago: 4_999 })])).toMatchObject({
        kind: 'wait',
        until: NOW + 1,
      })
      const two = [
        tried('repin', { subject: 'node-2', ago: 20_000 }),
        tried('reupload', { subject: 'node-2', ago: 9_999 }),
      ]
      expect(position(two)).toMatchObject({ kind: 'wait', until: NOW + 1, next: 'reupload' })
    })

    it('counts the tries of the last hour when the condition comes and goes, and no older ones', () => {
      const records = (ago: number) => [tried('repin', { subject: 'node-2', ago })]
      expect(repairs([lost], world({ records: records(3_700_000) }))[0]).toMatchObject({ kind: 'repin' })
      expect(repairs([lost], world({ records: records(600_000) }))[0]).toMatchObject({ kind: 'reupload' })
    })

    it('counts no tries that were for the release before', () => {
      const records = [600_000, 500_000].map((ago) => tried('reupload', { subject: 'node-2', ago }))
      const lostNow = { ...lost, since: NOW - 60_000 }
      expect(repairs([lostNow], world({ records, liveSince: NOW - 120_000 }))[0]).toMatchObject({ kind: 'repin' })
    })

    it('tries the last step again after the ladder has rested', () => {
      const since = NOW - 2 * 3_600_000
      const records = [
        tried('repin', { subject: 'node-2', ago: 3_700_000 }),
        ...[3_690_000, 3_680_000].map((ago) => tried('reupload', { subject: 'node-2', ago })),
        ...[3_670_000, 3_660_000].map((ago) => tried('spareProvider', { subject: 'node-2', ago })),
      ]
      expect(repairs([{ ...lost, since }], world({ records }))).toMatchObject([{ kind: 'spareProvider' }])
    })

    it('starts a node that is down where it can, then raises the others', () => {
      const down = condition('NodeOffline', { subject: 'node-1', since: NOW - 60_000 })
      const replicas = [
        replica('node-1', {
          tier: 1,
          online: false,
          copy: 'unknown',
          can: { upload: true, pull: false, restart: true },
        }),
        replica('node-2'),
        replica('node-3', { copy: 'missing' }),
        replica('extra', { spare: true, copy: 'missing' }),
      ]
      expect(repairs([down], state({ replicas }))).toEqual([{ kind: 'restart', replica: 'node-1' }])
      const records = [50_000, 40_000].map((ago) => tried('restart', { subject: 'node-1', ago }))
      expect(repairs([down], state({ replicas, records }))).toEqual([
        { kind: 'raise', offline: 'node-1', replicas: ['node-3', 'extra'], root: 'root-3' },
      ])
    })

    it('repairs every missing copy at once when content is at risk, and holds the publisher off', () => {
      const risk = condition('ContentAtRisk')
      const replicas = [
        replica('node-1'),
        replica('node-2', { copy: 'missing' }),
        replica('node-3', { copy: 'missing' }),
      ]
      expect(repairs([risk], state({ replicas }))).toEqual([
        { kind: 'repin', replica: 'node-2', root: 'root-3' },
        { kind: 'repin', replica: 'node-3', root: 'root-3' },
        { kind: 'blockPublishing' },
      ])
      expect(repairs([], state({ publishBlocked: true }))).toEqual([{ kind: 'unblockPublishing' }])
    })
  })

  describe('DNS', () => {
    const drift = condition('DnsDrift', { severity: 'warning', since: NOW - 60_000 })
    const forged = (more: Partial<PlanState> = {}) => state({ dns: { answered: true, found: 'forged' }, ...more })
    const swap = { kind: 'swapDns', expected: 'forged', next: 'root-3', expectedSeq: 7 }

    it('swaps twice, then pages', () => {
      expect(repairs([drift], forged())).toEqual([swap])
      const one = [tried('swapDns', { ago: 6_000 })]
      expect(repairs([drift], forged({ records: one }))).toEqual([swap])
      const two = [...one, tried('swapDns', { ago: 30_000 })]
      expect(plan([drift], forged({ records: two }), { now: NOW }).ladders[0]?.position).toMatchObject({
        kind: 'wait',
        until: NOW + 4_000,
        next: 'page',
      })
      const late = two.map((record) => ({ ...record, at: record.at - 10_000 }))
      expect(repairs([drift], forged({ records: late }))).toEqual([])
      expect(messages([drift], forged({ records: late })).map(({ kind }) => kind)).toEqual(['notify', 'page'])
    })

    it('goes to the newest release that verifies and passes its proof', () => {
      const candidates = [candidate(3, { verified: 'no' }), candidate(2, { stable: false }), candidate(1)]
      expect(repairs([drift], forged({ candidates }))).toEqual([{ ...swap, next: 'root-1' }])
    })

    it('waits for an unknown proof, and pages after a minute of it', () => {
      const candidates = [candidate(3, { proven: 'unknown' }), candidate(2)]
      const young = { ...drift, since: NOW - 5_000 }
      expect(repairs([young], forged({ candidates }))).toEqual([])
      expect(plan([young], forged({ candidates }), { now: NOW }).ladders[0]?.position.kind).toBe('blocked')
      expect(messages([drift], forged({ candidates })).some(({ kind }) => kind === 'page')).toBe(true)
    })

    it('does not move without a quorum, nor while healing is paused on chain', () => {
      expect(repairs([drift], forged({ head: undefined }))).toEqual([])
      expect(repairs([drift], forged({ head: head({ paused: LANE_HEALING }) }))).toEqual([])
    })

    it('needs no healer key', () => {
      expect(repairs([drift], forged({ chainReadOnly: 'no healer key is configured' }))).toEqual([swap])
    })
  })

  describe('a bad release', () => {
    const bad = condition('ReleaseBad', { subject: '/' })
    const rollback = { kind: 'rollback', release: 2, root: 'root-2', expectedSeq: 7 }

    it('goes back to the newest older release that is stable, verified, proven and passes the checks', () => {
      expect(repairs([bad], state())).toEqual([rollback])
      const candidates = [candidate(3), candidate(2, { checks: 'no' }), candidate(1)]
      expect(repairs([bad], state({ candidates }))).toEqual([{ ...rollback, release: 1, root: 'root-1' }])
    })

    it('does nothing, and wakes nobody, about what was seen of the release before', () => {
      const after = state({ liveSince: NOW - 1_000, head: head({ live: 2, latest: 3 }) })
      const { actions, ladders } = plan([bad], after, { now: NOW })
      expect(actions.filter(({ kind }) => kind !== 'notify')).toEqual([])
      expect(ladders[0]!.position).toMatchObject({ kind: 'blocked' })
      const late = plan([bad], after, { now: NOW + 60_000 }).actions.map(({ kind }) => kind)
      expect(late).toContain('page')
    })

    it('rolls back once when several paths fail', () => {
      expect(repairs([bad, condition('ReleaseBad', { subject: '/about' })], state())).toEqual([rollback])
    })

    it('waits a minute for a quorum before it pages', () => {
      const { actions, ladders } = plan([bad], state({ head: undefined }), { now: NOW })
      expect(actions.map(({ kind }) => kind)).not.toContain('page')
      expect(ladders[0]!.position).toMatchObject({ kind: 'blocked' })
    })

    it('names in the page what stopped it, not what was right anyway', () => {
      const [page] = plan([bad], state({ head: head({ live: 2, latest: 3 }) }), { now: NOW }).actions.filter(
        ({ kind }) => kind === 'page',
      )
      expect(page).toMatchObject({ text: expect.stringContaining('release 2 is itself a rollback') })
      expect(page).not.toMatchObject({ text: expect.stringContaining('DNS names') })
    })

    it.each([
      ['the head is itself a rollback', { head: head({ live: 2, latest: 3 }) }],
      ['healing is paused', { head: head({ paused: LANE_HEALING }) }],
      ['there is no healer key', { chainReadOnly: 'no healer key is configured' }],
      ['there is no quorum', { head: undefined }],
      ['no older release is left', { candidates: [candidate(3)] }],
      ['three rollbacks were made today', { records: [1, 2, 3].map((n) => tried('rollback', { ago: n * 7_200_000 })) }],
    ])('pages instead when %s', (_, more: Partial<PlanState>) => {
      const lasting = { ...bad, since: NOW - 61_000 }
      const kinds = plan([lasting], state(more), { now: NOW }).actions.map(({ kind }) => kind)
      expect(kinds).not.toContain('rollback')
      expect(kinds).toContain('page')
    })

    it('waits for a target that is not proven yet', () => {
      const candidates = [candidate(3), candidate(2, { proven: 'unknown' }), candidate(1)]
      const [position] = plan([bad], state({ candidates }), { now: NOW }).ladders
      expect(position?.position).toEqual({ kind: 'blocked', step: 1, of: 3, reason: 'release 2 is not proven yet' })
    })

    it('logs the failure on chain once when nothing helped', () => {
      const world = state({ candidates: [candidate(3)] })
      expect(repairs([bad], world)).toEqual([{ kind: 'logHealthFailure', root: 'root-3', expectedSeq: 7 }])
      expect(repairs([bad], { ...world, records: [tried('logHealthFailure', { ago: 1_000 })] })).toEqual([])
      const earlier = [1, 2, 3].map((hours) => tried('logHealthFailure', { ago: hours * 3_600_000 }))
      expect(repairs([bad], { ...world, records: earlier })).toEqual([])
    })
  })

  describe('a release that does not verify', () => {
    const bad = condition('ReleaseUnverifiable')
    const candidates = [candidate(3, { verified: 'no' }), candidate(2)]

    it('stops the publisher, rolls back, then points DNS away', () => {
      expect(repairs([bad], state({ candidates }))).toEqual([{ kind: 'pausePublishing', expectedSeq: 7 }])
      const paused = head({ paused: LANE_PUBLISHING, seq: 8 })
      const records = [tried('pausePublishing', { ago: 100 })]
      expect(repairs([bad], state({ candidates, head: paused, records }))).toEqual([
        { kind: 'rollback', release: 2, root: 'root-2', expectedSeq: 8 },
      ])
    })

    it('points DNS away even where the chain cannot be written', () => {
      expect(repairs([bad], state({ candidates, chainReadOnly: 'no healer key is configured' }))).toEqual([
        { kind: 'swapDns', expected: 'root-3', next: 'root-2', expectedSeq: 7 },
      ])
    })
  })

  it('redeploys on a hash mismatch, and never rolls back', () => {
    const mismatch = condition('HashMismatch', { subject: '/', severity: 'warning', since: NOW - 60_000 })
    const first = plan([mismatch], state(), { now: NOW }).actions
    expect(first).toMatchObject([
      { kind: 'notify', severity: 'warning' },
      { kind: 'redeploy', replicas: ['node-1'], root: 'root-3' },
      { kind: 'notify', severity: 'info', title: `${DOMAIN}: redeployment in progress` },
    ])
    const records = [40_000, 30_000].map((ago) => tried('redeploy', { ago }))
    const end = plan([mismatch], state({ records }), { now: NOW }).actions.map(({ kind }) => kind)
    expect(end).toEqual(['notify', 'logHealthFailure', 'page'])
  })

  describe('freezes', () => {
    const drift = condition('DnsDrift')
    const lost = condition('ReplicaLost', { subject: 'node-2' })
    const world = (more: Partial<PlanState>) =>
      state({
        dns: { answered: true, found: 'forged' },
        replicas: [replica('a'), replica('node-2', { copy: 'missing' })],
        ...more,
      })

    it('blocks pointers and lets copies be repaired', () => {
      const result = plan([drift, lost], world({ freezes: [sticky] }), { now: NOW })
      expect(result.actions.map(({ kind }) => kind)).toEqual(['notify', 'repin', 'notify', 'page'])
      expect(result.ladders.at(-1)?.position).toMatchObject({
        kind: 'blocked',
        reason: 'the domain is frozen (RepairExhausted)',
      })
    })

    it("ends with a person's approval", () => {
      const freezes = [{ ...sticky, thawSignature: '0x01' }]
      expect(repairs([drift], world({ freezes }))).toMatchObject([{ kind: 'swapDns' }])
    })

    it('freezes while operators disagree and thaws after three clean rounds', () => {
      const frozen = plan([condition('ChainNoQuorum')], state({ cleanRounds: 0 }), { now: NOW })
      expect(frozen.freezes).toMatchObject([{ cause: 'ChainNoQuorum', kind: 'automatic', since: NOW }])
      const after = (cleanRounds: number) =>
        plan([], state({ freezes: frozen.freezes, cleanRounds }), { now: NOW }).freezes
      expect(after(2)).toHaveLength(1)
      expect(after(3)).toEqual([])
    })

    it('never thaws a sticky one by itself', () => {
      expect(plan([], state({ freezes: [sticky], cleanRounds: 1_000 }), { now: NOW }).freezes).toEqual([sticky])
    })

    it('freezes and pages when the hourly repairs are used up', () => {
      const records = Array.from({ length: PLAN_DEFAULTS.maxRepairsPerHour }, (_, n) =>
        tried('repin', { subject: `r${n}`, ago: n * 60_000 }),
      )
      const result = plan([drift, lost], world({ records }), { now: NOW })
      expect(result.freezes).toMatchObject([{ cause: 'RepairExhausted', kind: 'sticky' }])
      expect(result.actions.map(({ kind }) => kind)).toEqual(['notify', 'notify', 'page'])
    })

    it('starts counting anew when a person has approved', () => {
      const records = Array.from({ length: PLAN_DEFAULTS.maxRepairsPerHour }, (_, n) =>
        tried('swapDns', { ago: 2_000 + n * 60_000 }),
      )
      expect(repairs([drift], world({ records }))).toEqual([])
      const approved = [...records, tried('approved', { subject: 'f', ago: 1_000 })]
      expect(repairs([drift], world({ records: approved }))).toMatchObject([{ kind: 'swapDns' }])
    })

    it('counts the repairs of all domains too', () => {
      const result = plan([lost], world({ repairsInAll: PLAN_DEFAULTS.maxRepairsPerHourInAll }), { now: NOW })
      expect(result.freezes).toMatchObject([{ cause: 'RepairExhausted' }])
    })
  })

  describe('keep', () => {
    it('keeps the first release at once', () => {
      const world = state({ kept: undefined, goodSince: undefined })
      expect(repairs([], world)).toEqual([{ kind: 'keep', release: 3, root: 'root-3', expectedSeq: 7 }])
    })

    it('keeps a later one after ten minutes of good probes', () => {
      const at = (ms: number) => repairs([], state({ kept: 2, goodSince: NOW - ms }))
      expect(at(PLAN_DEFAULTS.soakMs - 1)).toEqual([])
      expect(at(PLAN_DEFAULTS.soakMs)).toMatchObject([{ kind: 'keep', release: 3 }])
    })

    it.each([
      ['anything is wrong', [condition('ReplicaLost', { subject: 'node-9' })], {}],
      ['the release is not proven', [], { candidates: [candidate(3, { proven: 'unknown' })] }],
      ['it is quarantined', [], { head: head({ stable: false }) }],
      ['pointers are frozen', [], { freezes: [sticky] }],
    ])('does not while %s', (_, conditions: Condition[], more: Partial<PlanState>) => {
      const kinds = plan(conditions, state({ kept: undefined, ...more }), { now: NOW }).actions.map(({ kind }) => kind)
      expect(kinds).not.toContain('keep')
    })
  })

  describe('messages', () => {
    const offline = condition('NodeOffline', { subject: 'node-1' })

    it('tells of a condition once, and again when it becomes critical', () => {
      const [first] = messages([offline], state())
      expect(first).toMatchObject({ kind: 'notify', severity: 'critical', title: `${DOMAIN}: NodeOffline (node-1)` })
      const key = first?.kind === 'notify' ? first.key : ''
      const records = [tried('notify', { subject: key }), tried('page', { subject: `${key}/page/1` })]
      expect(messages([offline], state({ records })).filter(({ kind }) => kind === 'notify')).toEqual([])
    })

    it('repeats a page at growing distances', () => {
      const pages = (agos: number[]) => {
        const since = NOW - 10 * 3_600_000
        const records = agos.map((ago, n) =>
          tried('page', { subject: `${DOMAIN}/NodeOffline/node-1/${since}/page/${n + 1}`, ago }),
        )
        return messages([{ ...offline, since }], state({ records })).filter(({ kind }) => kind === 'page').length
      }
      const quarter = PLAN_DEFAULTS.repeatPageMs
      expect(pages([])).toBe(1)
      expect(pages([quarter - 1])).toBe(0)
      expect(pages([quarter])).toBe(1)
      expect(pages([3 * quarter - 1, 2 * quarter - 1])).toBe(0)
      expect(pages([3 * quarter, 2 * quarter])).toBe(1)
    })

    it('does not wake a person for a short loss of quorum', () => {
      const page = (severity: Condition['severity']) =>
        messages([condition('ChainNoQuorum', { severity, since: NOW - 61_000 })], state()).some(
          ({ kind }) => kind === 'page',
        )
      expect(page('warning')).toBe(false)
      expect(page('critical')).toBe(true)
    })
  })
})
