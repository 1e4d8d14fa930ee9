import type { Findings } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { stepKey } from '../step-key.ts'
import { CHAIN, code, publish, signed, type World } from './world.ts'

/** Leases and the fence of their epochs. */
export function testLeases(world: World): void {
  describe('leases', () => {
    it('hands a due domain to one owner, with an epoch that rises with every claim', async () => {
      const first = await world.claim('one')
      expect(first).toEqual({ domain: 'a.test', owner: 'one', epoch: 1, until: world.now + 1_000 })
      expect(await world.claim('two')).toBeUndefined()
      expect(await world.claim('one')).toBeUndefined()
      expect(await world.claim('two', world.now + 1_000)).toMatchObject({ owner: 'two', epoch: 2 })
    })

    it('renews a lease that is held, and not one that ran out or went to another', async () => {
      const lease = await world.claim('one')
      const renewed = await world.store.leases.renew(lease, { now: world.now + 999, durationMs: 1_000 })
      expect(renewed).toEqual({ ...lease, until: world.now + 1_999 })
      expect(await world.store.leases.renew(lease, { now: world.now + 1_999, durationMs: 1_000 })).toBeUndefined()
      await world.claim('two', world.now + 1_999)
      expect(await world.store.leases.renew(lease, { now: world.now + 2_000, durationMs: 1_000 })).toBeUndefined()
    })

    it('gives it back until it is due again; a lost one gives nothing back', async () => {
      const lease = await world.claim('one')
      await world.store.leases.release(lease, world.now + 500)
      expect(await world.claim('two', world.now + 499)).toBeUndefined()
      const second = await world.claim('two', world.now + 500)
      await world.store.leases.release(lease, world.now)
      expect(await world.claim('three', world.now + 501)).toBeUndefined()
      await world.store.leases.release(second)
      expect(await world.claim('three', world.now + 501)).toMatchObject({ epoch: 3 })
    })

    it('names the holder until it gives back, also after its lease ran out', async () => {
      expect(await world.store.leases.holder('a.test')).toBeUndefined()
      const lease = await world.claim('one')
      expect(await world.store.leases.holder('a.test')).toEqual(lease)
      const renewed = await world.store.leases.renew(lease, { now: world.now + 1, durationMs: 1_000 })
      expect(await world.store.leases.holder('a.test')).toEqual(renewed)
      await world.store.leases.release(lease)
      expect(await world.store.leases.holder('a.test')).toBeUndefined()
    })

    it('hands a held domain on when its holder is gone, with the next epoch, and to one only', async () => {
      const lease = await world.claim('dead')
      const claim = { now: world.now, durationMs: 1_000, limit: 1, domains: ['a.test'] }
      expect(await world.store.leases.claimDue({ ...claim, owner: 'two', gone: ['another'] })).toEqual([])
      const claims = ['two', 'three'].map((owner) => world.store.leases.claimDue({ ...claim, owner, gone: ['dead'] }))
      const taken = (await Promise.all(claims)).flat()
      expect(taken).toMatchObject([{ epoch: lease.epoch + 1 }])
      expect(await world.store.leases.renew(lease, { now: world.now, durationMs: 1_000 })).toBeUndefined()
      await world.store.leases.release(lease)
      expect(await world.store.leases.holder('a.test')).toEqual(taken[0])
    })

    it('hands out the longest overdue first, no more than asked for', async () => {
      const all = { owner: 'one', durationMs: 1_000, domains: ['a.test', 'b.test', 'c.test'] }
      const leases = await world.store.leases.claimDue({ ...all, now: world.now, limit: 9 })
      expect(leases).toHaveLength(3)
      for (const lease of leases) await world.store.leases.release(lease, world.now - lease.domain.charCodeAt(0))
      const due = await world.store.leases.claimDue({ owner: 'two', now: world.now, durationMs: 1_000, limit: 2 })
      expect(due.map(({ domain }) => domain)).toEqual(['c.test', 'b.test'])
    })

    it('refuses writes of an older epoch than the domain has', async () => {
      const old = await world.claim('one')
      await world.store.journal.open(publish('0x1', { epoch: old.epoch }))
      await world.store.journal.advance('0x1', { kind: 'intent', step: 'sign', intent: 1 }, old)
      const next = await world.claim('two', world.now + 1_000)
      const retry = { kind: 'retry', step: 'sign', error: 'x' } as const
      expect(await code(world.store.journal.advance('0x1', retry, old))).toBe('LEASE_LOST')
      expect(await code(world.store.journal.advance('0x1', retry))).toBe('LEASE_LOST')
      expect(await code(world.store.journal.open(publish('0x1', { epoch: old.epoch })))).toBe('LEASE_LOST')
      expect(await code(world.store.journal.open(publish('0x1')))).toBe('LEASE_LOST')
      const key = stepKey('0x1', 'sign')
      const reservation = { ...CHAIN, stepKey: key, chainNonce: 0 }
      expect(await code(world.store.journal.reserveNonce({ ...reservation, epoch: old.epoch }))).toBe('LEASE_LOST')

      expect(await world.store.journal.open(publish('0x1', { epoch: next.epoch }))).toMatchObject({
        epoch: next.epoch,
        steps: [{ state: 'intent', attempts: 0 }, {}],
      })
      expect(await code(world.store.journal.advance('0x1', retry, old))).toBe('LEASE_LOST')
      expect(await world.store.journal.reserveNonce({ ...reservation, epoch: next.epoch })).toBe(0)
      expect(await code(world.store.transactions.record(signed(0, 1), key, { epoch: old.epoch }))).toBe('LEASE_LOST')
      expect((await world.store.journal.advance('0x1', retry, next)).steps[0]?.attempts).toBe(1)
      const findings: Findings = { domain: 'a.test', conditions: [], incident: undefined, freezes: [] }
      expect(await code(world.store.history.save(findings, old))).toBe('LEASE_LOST')
      expect(await code(world.store.history.save(findings, next))).toBe('no error')
    })
  })
}
