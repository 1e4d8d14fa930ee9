import type { Findings, Observation } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import type { World } from './world.ts'

/** Observations and findings. */
export function testHistory(world: World): void {
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

    it('returns observations newest first, by probe, since and until a time, no more than asked for', async () => {
      await world.store.history.append([
        seen(world.now - 3),
        seen(world.now - 1),
        seen(world.now - 2, { probe: 'served:/' }),
      ])
      await world.store.history.append([seen(world.now - 1), seen(world.now, { domain: 'b.test' })])
      const ats = async (query: { probe?: string; since?: number; until?: number; limit: number }) =>
        (await world.store.history.recent({ domain: 'a.test', ...query })).map(({ at }) => world.now - at)
      expect(await ats({ limit: 9 })).toEqual([1, 2, 3])
      expect(await ats({ limit: 1 })).toEqual([1])
      expect(await ats({ limit: 9, probe: 'dns' })).toEqual([1, 3])
      expect(await ats({ limit: 9, since: world.now - 2 })).toEqual([1, 2])
      expect(await ats({ limit: 9, until: world.now - 2 })).toEqual([2, 3])
      expect((await world.store.history.recent({ domain: 'a.test', limit: 1 }))[0]).toEqual(seen(world.now - 1))
    })

    it('keeps everything for a day, then only what changed', async () => {
      const start = world.now
      const values = ['good', 'good', 'bad', 'bad', 'good', 'good'] as const
      await world.store.history.append(values.map((status, n) => seen(start + n, { status })))
      world.now = start + 24 * 3_600_000 + 3
      await world.store.history.append([seen(world.now)])
      const kept = await world.store.history.recent({ domain: 'a.test', limit: 99 })
      expect(kept.map(({ at }) => at - start)).toEqual([world.now - start, 5, 4, 3, 2, 0])
    })

    it('saves findings whole', async () => {
      const findings: Findings = {
        domain: 'a.test',
        conditions: [
          { domain: 'a.test', type: 'DnsDrift', subject: '', severity: 'warning', since: world.now, evidence: 'x' },
          {
            domain: 'a.test',
            type: 'ReplicaLost',
            subject: 'n1',
            severity: 'warning',
            since: world.now,
            evidence: 'y',
          },
        ],
        incident: { id: 'i1', domain: 'a.test', firstBadAt: world.now - 9, openedAt: world.now, closedAt: undefined },
        freezes: [
          {
            id: 'f1',
            domain: 'a.test',
            cause: 'ChainNoQuorum',
            kind: 'automatic',
            evidenceDigest: '0xaa',
            since: world.now,
            thawSignature: undefined,
          },
        ],
      }
      await world.store.history.save(findings)
      await world.store.history.save(findings)
      expect(await world.store.history.findings('a.test')).toEqual(findings)
      const closed = {
        ...findings,
        conditions: [],
        freezes: [],
        incident: { ...findings.incident!, closedAt: world.now },
      }
      await world.store.history.save(closed)
      expect(await world.store.history.findings('a.test')).toEqual(closed)
      const none = { domain: 'a.test', conditions: [], incident: undefined, freezes: [] }
      await world.store.history.save(none)
      expect(await world.store.history.findings('a.test')).toEqual(none)
      expect(await world.store.history.findings('b.test')).toEqual({ ...none, domain: 'b.test' })
    })

    it('ends a sticky freeze by a signature only', async () => {
      const sticky = {
        id: 'f1',
        domain: 'a.test',
        cause: 'ZoneChanged',
        kind: 'sticky',
        evidenceDigest: '0xaa',
        since: world.now,
        thawSignature: undefined,
      } as const
      const none = { domain: 'a.test', conditions: [], incident: undefined, freezes: [] }
      await world.store.history.save({ ...none, freezes: [sticky] })
      await world.store.history.save(none)
      expect((await world.store.history.findings('a.test')).freezes).toEqual([sticky])
      const thawed = { ...sticky, thawSignature: '0x5160' }
      await world.store.history.save({ ...none, freezes: [thawed] })
      await world.store.history.save({ ...none, freezes: [sticky] })
      expect((await world.store.history.findings('a.test')).freezes).toEqual([thawed])
      await world.store.history.save(none)
      expect((await world.store.history.findings('a.test')).freezes).toEqual([])
    })
  })
}
