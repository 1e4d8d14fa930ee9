import type { Address, Bytes32, Findings, NewOperation, Observation, StoredTransaction } from '@domainsync/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stepKey } from './step-key.ts'
import type { Store } from './store.ts'

const SENDER: Address = `0x${'ab'.repeat(20)}`
const CHAIN = { chainId: 31337, sender: SENDER }

/** What a store under test needs: fresh and empty, on the clock given. */
export type OpenStore = (options: { now: () => number }) => Promise<Store>

const publish = (id: string, change: Partial<NewOperation> = {}): NewOperation => ({
  id,
  kind: 'publish',
  domain: 'a.test',
  expectedSeq: 3,
  steps: ['sign', 'send'],
  ...change,
})

const hash = (n: number): Bytes32 => `0x${n.toString(16).padStart(64, '0')}`

const signed = (nonce: number, n: number): StoredTransaction => ({
  ...CHAIN,
  nonce,
  hash: hash(n),
  raw: `0x02${n.toString(16).padStart(4, '0')}`,
  state: 'signed',
  blockHash: undefined,
})

/** What any store must do, whatever it is built on. */
export function testStore(name: string, openStore: OpenStore): void {
  describe(`${name}: the store`, () => {
    let now = 1_800_000_000_000
    let store: Store
    beforeEach(async () => {
      store = await openStore({ now: () => now })
    })
    afterEach(() => store.close())

    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => 'no error',
        (error: { code?: string }) => error.code,
      )
    const done = async (id: string, step: string) => {
      await store.journal.advance(id, { kind: 'intent', step, intent: {} })
      return store.journal.advance(id, { kind: 'done', step, receipt: { of: step } })
    }
    const fail = async (id: string, step: string) => {
      await store.journal.advance(id, { kind: 'failed', step, error: 'no' })
      return store.journal.advance(id, { kind: 'finish', state: 'failed' })
    }
    const claim = async (owner: string, at = now) =>
      (await store.leases.claimDue({ owner, now: at, durationMs: 1_000, limit: 1, domains: ['a.test'] }))[0]!

    describe('operations', () => {
      it('opens one with its steps pending, in the order given', async () => {
        const operation = await store.journal.open(publish('0x1', { content: 'bafy', steps: ['z', 'a', 'm'] }))
        expect(operation).toMatchObject({ id: '0x1', state: 'running', epoch: 0, content: 'bafy', root: undefined })
        expect(operation.steps.map(({ key, state, attempts }) => [key, state, attempts])).toEqual([
          ['z', 'pending', 0],
          ['a', 'pending', 0],
          ['m', 'pending', 0],
        ])
      })

      it('returns a running one as it stands, without further effect', async () => {
        await store.journal.open(publish('0x1'))
        const advanced = await store.journal.advance('0x1', { kind: 'intent', step: 'sign', intent: { a: [1, null] } })
        expect(await store.journal.open(publish('0x1'))).toEqual(advanced)
      })

      it('lets one run per domain, and names the one that does', async () => {
        await store.journal.open(publish('0x1'))
        await expect(store.journal.open(publish('0x2'))).rejects.toMatchObject({
          code: 'OPERATION_RUNNING',
          message: expect.stringContaining('0x1'),
        })
        expect((await store.journal.open(publish('0x3', { domain: 'b.test' }))).state).toBe('running')
        await fail('0x1', 'sign')
        expect((await store.journal.open(publish('0x2'))).state).toBe('running')
        expect(await code(store.journal.open(publish('0x1')))).toBe('OPERATION_RUNNING')
      })

      it('runs a failed one again: done steps stay, the rest is pending with its intent kept', async () => {
        await store.journal.open(publish('0x1', { steps: ['sign', 'send', 'swap'] }))
        await done('0x1', 'sign')
        await store.journal.advance('0x1', { kind: 'intent', step: 'send', intent: { to: 1 } })
        await store.journal.advance('0x1', { kind: 'retry', step: 'send', error: 'slow', notBefore: now + 5 })
        await fail('0x1', 'send')
        const again = await store.journal.open(publish('0x1', { steps: ['sign', 'send', 'swap'] }))
        expect(again.state).toBe('running')
        expect(again.steps).toMatchObject([
          { key: 'sign', state: 'done', receipt: { of: 'sign' } },
          { key: 'send', state: 'pending', intent: { to: 1 }, attempts: 0, notBefore: undefined },
          { key: 'swap', state: 'pending', intent: undefined },
        ])
      })

      it('returns a done one as done', async () => {
        await store.journal.open(publish('0x1'))
        await done('0x1', 'sign')
        await done('0x1', 'send')
        const finished = await store.journal.advance('0x1', { kind: 'finish', state: 'done' })
        expect(await store.journal.open(publish('0x1', { steps: ['other'] }))).toEqual(finished)
        expect(finished.state).toBe('done')
      })

      it('takes over a changed list of steps, and keeps those that are done', async () => {
        await store.journal.open(publish('0x1', { steps: ['sign', 'old', 'send'] }))
        await done('0x1', 'sign')
        await store.journal.advance('0x1', { kind: 'intent', step: 'old', intent: 1 })
        const again = await store.journal.open(publish('0x1', { steps: ['new', 'send'] }))
        expect(again.steps.map(({ key, state }) => [key, state])).toEqual([
          ['new', 'pending'],
          ['send', 'pending'],
          ['sign', 'done'],
        ])
      })

      it('keeps the first intent and the first receipt', async () => {
        await store.journal.open(publish('0x1'))
        await store.journal.advance('0x1', { kind: 'intent', step: 'sign', intent: 'first' })
        const second = await store.journal.advance('0x1', { kind: 'intent', step: 'sign', intent: 'second' })
        expect(second.steps[0]).toMatchObject({ state: 'intent', intent: 'first' })
        await store.journal.advance('0x1', { kind: 'done', step: 'sign', receipt: 1, root: 'bafyroot' })
        const late = await store.journal.advance('0x1', { kind: 'done', step: 'sign', receipt: 2 })
        expect(late).toMatchObject({ root: 'bafyroot', steps: [{ state: 'done', receipt: 1 }, {}] })
      })

      it('leaves a done step done, whatever is said later', async () => {
        await store.journal.open(publish('0x1'))
        const before = await done('0x1', 'sign')
        for (const change of [
          { kind: 'intent', step: 'sign', intent: 1 },
          { kind: 'retry', step: 'sign', error: 'late' },
          { kind: 'failed', step: 'sign', error: 'late' },
        ] as const) {
          expect(await store.journal.advance('0x1', change)).toEqual(before)
        }
      })

      it('counts tries, and keeps the last error for people', async () => {
        await store.journal.open(publish('0x1'))
        await store.journal.advance('0x1', { kind: 'intent', step: 'sign', intent: 1 })
        await store.journal.advance('0x1', { kind: 'retry', step: 'sign', error: 'HSM asleep', notBefore: now + 7 })
        expect((await store.operations.operation('0x1'))?.steps[0]).toMatchObject({
          state: 'intent',
          attempts: 1,
          notBefore: now + 7,
          error: 'HSM asleep',
        })
        const after = await store.journal.advance('0x1', { kind: 'done', step: 'sign', receipt: 1 })
        expect(after.steps[0]).toMatchObject({ state: 'done', attempts: 2, notBefore: undefined, error: undefined })
      })

      it('refuses what cannot follow', async () => {
        await store.journal.open(publish('0x1'))
        const { advance } = store.journal
        expect(await code(advance('0x9', { kind: 'finish', state: 'done' }))).toBe('OPERATION_UNKNOWN')
        expect(await code(advance('0x1', { kind: 'intent', step: 'nope', intent: 1 }))).toBe('STEP_UNKNOWN')
        expect(await code(advance('0x1', { kind: 'done', step: 'sign', receipt: 1 }))).toBe('STEP_STATE')
        expect(await code(advance('0x1', { kind: 'finish', state: 'done' }))).toBe('OPERATION_INCOMPLETE')
        await fail('0x1', 'sign')
        expect(await code(advance('0x1', { kind: 'intent', step: 'send', intent: 1 }))).toBe('OPERATION_CLOSED')
        expect(await code(advance('0x1', { kind: 'finish', state: 'done' }))).toBe('OPERATION_CLOSED')
        expect((await advance('0x1', { kind: 'finish', state: 'failed' })).state).toBe('failed')
        expect(await code(store.journal.open(publish('0x1', { domain: 'b.test' })))).toBe('OPERATION_MISMATCH')
        expect(await code(store.journal.open(publish('0x/1')))).toBe('OPERATION_MISMATCH')
      })

      it('lists the running ones, and all, newest first', async () => {
        await store.journal.open(publish('0x1'))
        await fail('0x1', 'sign')
        now += 10
        await store.journal.open(publish('0x2'))
        await store.journal.open(publish('0x3', { domain: 'b.test' }))
        expect((await store.journal.running()).map(({ id }) => id)).toEqual(['0x2', '0x3'])
        expect((await store.journal.running('b.test')).map(({ id }) => id)).toEqual(['0x3'])
        expect((await store.operations.operations({ limit: 2 })).map(({ id }) => id)).toEqual(['0x3', '0x2'])
        const ofA = await store.operations.operations({ domain: 'a.test', limit: 9 })
        expect(ofA.map(({ id }) => id)).toEqual(['0x2', '0x1'])
        expect(ofA[0]).toMatchObject({ openedAt: now, updatedAt: now })
        expect(await store.operations.operation('0x9')).toBeUndefined()
      })
    })

    describe('leases', () => {
      it('hands a due domain to one owner, with an epoch that rises with every claim', async () => {
        const first = await claim('one')
        expect(first).toEqual({ domain: 'a.test', owner: 'one', epoch: 1, until: now + 1_000 })
        expect(await claim('two')).toBeUndefined()
        expect(await claim('one')).toBeUndefined()
        expect(await claim('two', now + 1_000)).toMatchObject({ owner: 'two', epoch: 2 })
      })

      it('renews a lease that is held, and not one that ran out or went to another', async () => {
        const lease = await claim('one')
        const renewed = await store.leases.renew(lease, { now: now + 999, durationMs: 1_000 })
        expect(renewed).toEqual({ ...lease, until: now + 1_999 })
        expect(await store.leases.renew(lease, { now: now + 1_999, durationMs: 1_000 })).toBeUndefined()
        await claim('two', now + 1_999)
        expect(await store.leases.renew(lease, { now: now + 2_000, durationMs: 1_000 })).toBeUndefined()
      })

      it('gives it back until it is due again; a lost one gives nothing back', async () => {
        const lease = await claim('one')
        await store.leases.release(lease, now + 500)
        expect(await claim('two', now + 499)).toBeUndefined()
        const second = await claim('two', now + 500)
        await store.leases.release(lease, now)
        expect(await claim('three', now + 501)).toBeUndefined()
        await store.leases.release(second)
        expect(await claim('three', now + 501)).toMatchObject({ epoch: 3 })
      })

      it('hands out the longest overdue first, no more than asked for', async () => {
        const all = { owner: 'one', durationMs: 1_000, domains: ['a.test', 'b.test', 'c.test'] }
        const leases = await store.leases.claimDue({ ...all, now, limit: 9 })
        expect(leases).toHaveLength(3)
        for (const lease of leases) await store.leases.release(lease, now - lease.domain.charCodeAt(0))
        const due = await store.leases.claimDue({ owner: 'two', now, durationMs: 1_000, limit: 2 })
        expect(due.map(({ domain }) => domain)).toEqual(['c.test', 'b.test'])
      })

      it('refuses writes of an older epoch than the domain has', async () => {
        const old = await claim('one')
        await store.journal.open(publish('0x1', { epoch: old.epoch }))
        await store.journal.advance('0x1', { kind: 'intent', step: 'sign', intent: 1 }, old)
        const next = await claim('two', now + 1_000)
        const retry = { kind: 'retry', step: 'sign', error: 'x' } as const
        expect(await code(store.journal.advance('0x1', retry, old))).toBe('LEASE_LOST')
        expect(await code(store.journal.advance('0x1', retry))).toBe('LEASE_LOST')
        expect(await code(store.journal.open(publish('0x1', { epoch: old.epoch })))).toBe('LEASE_LOST')
        expect(await code(store.journal.open(publish('0x1')))).toBe('LEASE_LOST')
        const key = stepKey('0x1', 'sign')
        const reservation = { ...CHAIN, stepKey: key, chainNonce: 0 }
        expect(await code(store.journal.reserveNonce({ ...reservation, epoch: old.epoch }))).toBe('LEASE_LOST')

        expect(await store.journal.open(publish('0x1', { epoch: next.epoch }))).toMatchObject({
          epoch: next.epoch,
          steps: [{ state: 'intent', attempts: 0 }, {}],
        })
        expect(await code(store.journal.advance('0x1', retry, old))).toBe('LEASE_LOST')
        expect(await store.journal.reserveNonce({ ...reservation, epoch: next.epoch })).toBe(0)
        expect(await code(store.transactions.record(signed(0, 1), key, { epoch: old.epoch }))).toBe('LEASE_LOST')
        expect((await store.journal.advance('0x1', retry, next)).steps[0]?.attempts).toBe(1)
        const findings: Findings = { domain: 'a.test', conditions: [], incident: undefined, freezes: [] }
        expect(await code(store.history.save(findings, old))).toBe('LEASE_LOST')
        expect(await code(store.history.save(findings, next))).toBe('no error')
      })
    })

    describe('nonces', () => {
      const reserve = (id: string, chainNonce: number, step = 'send') =>
        store.journal.reserveNonce({ ...CHAIN, stepKey: stepKey(id, step), chainNonce })
      const open = (id: string) => store.journal.open(publish(id, { domain: `d${id}.test` }))

      it('gives a step the same nonce until it is consumed, and another step another', async () => {
        await open('0x1')
        await open('0x2')
        expect(await reserve('0x1', 7)).toBe(7)
        expect(await reserve('0x2', 7)).toBe(8)
        expect(await reserve('0x1', 7)).toBe(7)
        expect(await reserve('0x2', 8)).toBe(8)
        expect(await reserve('0x1', 8)).toBe(9)
        expect(await reserve('0x1', 7)).toBe(9)
      })

      it('keeps accounts and chains apart, and takes an address in any case', async () => {
        await open('0x1')
        const key = stepKey('0x1', 'send')
        expect(await reserve('0x1', 7)).toBe(7)
        const upper = SENDER.toUpperCase().replace('0X', '0x') as Address
        const base = { chainId: 31337, sender: upper, chainNonce: 2, stepKey: key }
        expect(await store.journal.reserveNonce(base)).toBe(7)
        expect(await store.journal.reserveNonce({ ...base, chainId: 1 })).toBe(2)
      })

      it('fills the gap that a failed operation left before it goes on', async () => {
        for (const id of ['0x1', '0x2', '0x3']) await open(id)
        expect([await reserve('0x1', 5), await reserve('0x2', 5)]).toEqual([5, 6])
        await fail('0x1', 'send')
        expect(await reserve('0x3', 5)).toBe(5)
        await open('0x1')
        expect(await reserve('0x1', 5)).toBe(7)
      })

      it('does not give away the nonce of a step that is done, though the chain shows it late', async () => {
        await open('0x1')
        await open('0x2')
        const nonce = await reserve('0x1', 5)
        await store.transactions.record(signed(nonce, 1), stepKey('0x1', 'send'))
        await done('0x1', 'send')
        expect(await reserve('0x2', 5)).toBe(6)
        await store.transactions.settle(hash(1), 'mined', hash(100))
        expect(await reserve('0x2', 5)).toBe(6)
      })

      it('gives a step back the nonce of its own waiting transaction, not a lower free one', async () => {
        for (const id of ['0x1', '0x2', '0x3']) await open(id)
        expect([await reserve('0x1', 4), await reserve('0x2', 4)]).toEqual([4, 5])
        await store.transactions.record(signed(5, 1), stepKey('0x2', 'send'))
        await fail('0x2', 'send')
        expect(await reserve('0x3', 4)).toBe(5)
        await fail('0x3', 'send')
        await fail('0x1', 'send')
        await open('0x2')
        expect(await reserve('0x2', 4)).toBe(5)
        await open('0x1')
        expect(await reserve('0x1', 4)).toBe(4)
      })

      it('gives to another what a step moved on from, should the chain go back', async () => {
        await open('0x1')
        await open('0x2')
        expect([await reserve('0x1', 5), await reserve('0x1', 6)]).toEqual([5, 6])
        expect(await reserve('0x2', 5)).toBe(5)
        expect(await reserve('0x1', 5)).toBe(6)
      })

      it('makes a step wait whose own transaction may still be mined at a nonce that went to another', async () => {
        await open('0x1')
        await open('0x2')
        await reserve('0x1', 5)
        await store.transactions.record(signed(5, 1), stepKey('0x1', 'send'))
        await fail('0x1', 'send')
        expect(await reserve('0x2', 5)).toBe(5)
        await open('0x1')
        expect(await code(reserve('0x1', 5))).toBe('NONCE_BUSY')
        await fail('0x2', 'send')
        expect(await reserve('0x1', 5)).toBe(5)
        await open('0x2')
        expect(await reserve('0x2', 5)).toBe(6)
        expect(await reserve('0x1', 6)).toBe(7)
      })
    })

    describe('transactions', () => {
      const first = stepKey('0x1', 'send')
      const second = stepKey('0x2', 'send')
      const reserve = (key: string, chainNonce = 0) =>
        store.journal.reserveNonce({ ...CHAIN, stepKey: key, chainNonce })

      it('keeps every transaction of a step, newest last', async () => {
        await reserve(first)
        await store.transactions.record(signed(0, 9), first)
        await store.transactions.record(signed(0, 9), first)
        await store.transactions.record(signed(0, 3), first, { replaces: hash(9) })
        const stored = await store.transactions.forStep(first)
        expect(stored).toEqual([
          { ...signed(0, 9), stepKey: first, recordedAt: now },
          { ...signed(0, 3), stepKey: first, recordedAt: now },
        ])
        expect(await store.transactions.atNonce({ ...CHAIN, nonce: 0 })).toEqual(stored)
        expect(await store.transactions.forStep(second)).toEqual([])
      })

      it('refuses a second transaction at a nonce that does not name the first', async () => {
        await reserve(first)
        await store.transactions.record(signed(0, 1), first)
        expect(await code(store.transactions.record(signed(0, 2), first))).toBe('TX_ALREADY_SIGNED')
        await store.transactions.record(signed(0, 2), first, { replaces: hash(1) })
        expect(await code(store.transactions.record(signed(0, 3), first, { replaces: hash(1) }))).toBe(
          'TX_ALREADY_SIGNED',
        )
      })

      it('refuses a transaction at a nonce that the step does not hold', async () => {
        await reserve(first)
        expect(await code(store.transactions.record(signed(0, 1), second))).toBe('NONCE_NOT_OWNED')
        expect(await code(store.transactions.record(signed(1, 1), first))).toBe('NONCE_NOT_OWNED')
        await reserve(first, 1)
        expect(await code(store.transactions.record(signed(0, 1), first))).toBe('NONCE_NOT_OWNED')
      })

      it('settles one as mined and the others at its nonce as replaced, and takes it back', async () => {
        await reserve(first)
        await store.transactions.record(signed(0, 1), first)
        await store.transactions.record(signed(0, 2), first, { replaces: hash(1) })
        await store.transactions.settle(hash(1), 'mined', hash(50))
        const states = async () => (await store.transactions.forStep(first)).map((tx) => [tx.state, tx.blockHash])
        expect(await states()).toEqual([
          ['mined', hash(50)],
          ['replaced', undefined],
        ])
        await store.transactions.settle(hash(1), 'signed')
        expect(await states()).toEqual([
          ['signed', undefined],
          ['replaced', undefined],
        ])
        expect(await code(store.transactions.settle(hash(7), 'mined', hash(1)))).toBe('TX_UNKNOWN')
      })
    })

    describe('history', () => {
      const seen = (at: number, change: Partial<Observation> = {}): Observation => ({
        domain: 'a.test',
        probe: 'dns',
        vantage: 'here',
        at,
        status: 'good',
        value: 'bafy',
        evidence: 'as it should be',
        ...change,
      })

      it('returns observations newest first, by probe, since a time, no more than asked for', async () => {
        await store.history.append([seen(now - 3), seen(now - 1), seen(now - 2, { probe: 'served:/' })])
        await store.history.append([seen(now - 1), seen(now, { domain: 'b.test' })])
        const ats = async (query: { probe?: string; since?: number; limit: number }) =>
          (await store.history.recent({ domain: 'a.test', ...query })).map(({ at }) => now - at)
        expect(await ats({ limit: 9 })).toEqual([1, 2, 3])
        expect(await ats({ limit: 1 })).toEqual([1])
        expect(await ats({ limit: 9, probe: 'dns' })).toEqual([1, 3])
        expect(await ats({ limit: 9, since: now - 2 })).toEqual([1, 2])
        expect((await store.history.recent({ domain: 'a.test', limit: 1 }))[0]).toEqual(seen(now - 1))
      })

      it('keeps everything for a day, then only what changed', async () => {
        const start = now
        const values = ['good', 'good', 'bad', 'bad', 'good', 'good'] as const
        await store.history.append(values.map((status, n) => seen(start + n, { status })))
        now = start + 24 * 3_600_000 + 3
        await store.history.append([seen(now)])
        const kept = await store.history.recent({ domain: 'a.test', limit: 99 })
        expect(kept.map(({ at }) => at - start)).toEqual([now - start, 5, 4, 3, 2, 0])
      })

      it('saves findings whole', async () => {
        const findings: Findings = {
          domain: 'a.test',
          conditions: [
            { domain: 'a.test', type: 'DnsDrift', subject: '', severity: 'warning', since: now, evidence: 'x' },
            { domain: 'a.test', type: 'ReplicaLost', subject: 'n1', severity: 'warning', since: now, evidence: 'y' },
          ],
          incident: { id: 'i1', domain: 'a.test', firstBadAt: now - 9, openedAt: now, closedAt: undefined },
          freezes: [
            {
              id: 'f1',
              domain: 'a.test',
              cause: 'ChainNoQuorum',
              kind: 'automatic',
              evidenceDigest: '0xaa',
              since: now,
              thawSignature: undefined,
            },
          ],
        }
        await store.history.save(findings)
        await store.history.save(findings)
        expect(await store.history.findings('a.test')).toEqual(findings)
        const closed = { ...findings, conditions: [], freezes: [], incident: { ...findings.incident!, closedAt: now } }
        await store.history.save(closed)
        expect(await store.history.findings('a.test')).toEqual(closed)
        const none = { domain: 'a.test', conditions: [], incident: undefined, freezes: [] }
        await store.history.save(none)
        expect(await store.history.findings('a.test')).toEqual(none)
        expect(await store.history.findings('b.test')).toEqual({ ...none, domain: 'b.test' })
      })

      it('ends a sticky freeze by a signature only', async () => {
        const sticky = {
          id: 'f1',
          domain: 'a.test',
          cause: 'ZoneChanged',
          kind: 'sticky',
          evidenceDigest: '0xaa',
          since: now,
          thawSignature: undefined,
        } as const
        const none = { domain: 'a.test', conditions: [], incident: undefined, freezes: [] }
        await store.history.save({ ...none, freezes: [sticky] })
        await store.history.save(none)
        expect((await store.history.findings('a.test')).freezes).toEqual([sticky])
        const thawed = { ...sticky, thawSignature: '0x5160' }
        await store.history.save({ ...none, freezes: [thawed] })
        await store.history.save({ ...none, freezes: [sticky] })
        expect((await store.history.findings('a.test')).freezes).toEqual([thawed])
        await store.history.save(none)
        expect((await store.history.findings('a.test')).freezes).toEqual([])
      })
    })

    describe('outbox and cursors', () => {
      const message = (key: string, text = 'x') =>
        ({ key, severity: 'info', domain: undefined, title: 't', text }) as const

      it('keeps a message until it is delivered, once per key and notifier, oldest first', async () => {
        await store.outbox.enqueue(message('z'), 'mail')
        await store.outbox.enqueue(message('a'), 'mail')
        await store.outbox.enqueue(message('z', 'other'), 'mail')
        await store.outbox.enqueue({ ...message('z'), domain: 'a.test' }, 'chat')
        expect(await store.outbox.undelivered(9)).toEqual([
          { notification: message('z'), notifier: 'mail' },
          { notification: message('a'), notifier: 'mail' },
          { notification: { ...message('z'), domain: 'a.test' }, notifier: 'chat' },
        ])
        await store.outbox.delivered('z', 'mail')
        await store.outbox.enqueue(message('z'), 'mail')
        expect((await store.outbox.undelivered(1)).map(({ notification }) => notification.key)).toEqual(['a'])
        await store.outbox.delivered('nobody', 'mail')
      })

      it('remembers how far each registry was read', async () => {
        const name = { chainId: 1, registry: SENDER }
        expect(await store.cursors.get(name)).toBeUndefined()
        await store.cursors.set(name, { number: 5, hash: hash(5) })
        await store.cursors.set(name, { number: 4, hash: hash(4) })
        await store.cursors.set({ ...name, chainId: 2 }, { number: 9, hash: hash(9) })
        expect(await store.cursors.get(name)).toEqual({ number: 4, hash: hash(4) })
      })
    })
  })
}
