import type { Bytes32, RegistryEvent } from '@domainsync/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldHistory } from './fold-history.ts'

const digest = (n: number): Bytes32 => `0x${n.toString(16).padStart(64, '0')}`

/** What the contract emits for one call. */
type Call =
  | { readonly call: 'sync'; readonly hash: number }
  | { readonly call: 'fail'; readonly hash: number }
  | { readonly call: 'rollback'; readonly to: number; readonly hash: number }
  | { readonly call: 'stable'; readonly release: number; readonly stable: boolean }
  | { readonly call: 'keep'; readonly release: number }
  | { readonly call: 'pause' }

const trustFrom = (fromRelease: number) => ({ signer: `0x${fromRelease}`, fromRelease })

const REGISTERED: RegistryEvent = {
  name: 'TrustChanged',
  args: { next: trustFrom(1) },
  block: { number: 0, hash: digest(0) },
  transaction: digest(0),
  logIndex: 0,
}

/** Events of a registration, then of calls: one transaction each, one second apart. */
function eventsOf(calls: readonly Call[]): RegistryEvent[] {
  let latest = 0
  let live = 0
  const eventsOfCall = (call: Call, index: number): RegistryEvent[] => {
    const at = { block: { number: index + 1, hash: digest(index + 1) }, transaction: digest(1_000 + index) }
    const sync = (hash: number, success: boolean) => ({ ipfsHash: digest(hash), timestamp: index + 1, success })
    const emit = (...events: [string, Record<string, unknown>][]) =>
      events.map(([name, args], logIndex): RegistryEvent => ({ ...at, name, args, logIndex }))
    switch (call.call) {
      case 'sync':
        latest += 1
        live = latest
        return emit(['DomainSync', sync(call.hash, true)])
      case 'fail':
        return emit(['DomainSync', sync(call.hash, false)])
      case 'rollback': {
        const from = live
        live = call.to
        return emit(['RolledBack', { from, to: call.to, seq: index }], ['DomainSync', sync(call.hash, true)])
      }
      case 'stable':
        return emit(['StableChanged', { release: call.release, stable: call.stable }])
      case 'keep':
        return emit(['Kept', { release: call.release, ipfsHash: digest(0) }])
      case 'pause':
        return emit(['LanesChanged', { paused: 1 }])
    }
  }
  return [REGISTERED, ...calls.flatMap(eventsOfCall)]
}

const calls = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ call: fc.constant('sync' as const), hash: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 2, arbitrary: fc.record({ call: fc.constant('fail' as const), hash: fc.integer({ min: 1, max: 5 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        call: fc.constant('rollback' as const),
        to: fc.integer({ min: 1, max: 10 }),
        hash: fc.integer({ min: 1, max: 5 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ call: fc.constant('pause' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        call: fc.constant('stable' as const),
        release: fc.integer({ min: 1, max: 10 }),
        stable: fc.boolean(),
      }),
    },
  ),
  { maxLength: 40 },
)

describe('foldHistory', () => {
  it('numbers releases, and takes the success after a rollback for a restoration', () => {
    const history = foldHistory(
      eventsOf([
        { call: 'sync', hash: 1 },
        { call: 'sync', hash: 2 },
        { call: 'keep', release: 1 },
        { call: 'sync', hash: 3 },
        { call: 'fail', hash: 4 },
        { call: 'rollback', to: 1, hash: 1 },
        { call: 'sync', hash: 5 },
      ]),
    )
    expect(history.releases.map(({ number, live, stable, kept }) => [number, live, stable, kept])).toEqual([
      [4, true, true, false],
      [3, false, false, false],
      [2, false, false, false],
      [1, false, true, true],
    ])
    expect(history).toMatchObject({ live: 4, latest: 4, kept: 1 })
    expect(history.failures).toMatchObject([{ ipfsHash: digest(4), at: 5_000 }])
    expect(history.rollbacks).toMatchObject([{ from: 3, to: 1, at: 6_000 }])
    expect(history.releases[0]).toMatchObject({ publishedAt: 7_000, block: { number: 7 }, ipfsHash: digest(5) })
  })

  it('does not take a publish in the same transaction for a second restoration', () => {
    const [, rolledBack, restored] = eventsOf([{ call: 'rollback', to: 1, hash: 1 }])
    const first = eventsOf([{ call: 'sync', hash: 1 }])
    const publish: RegistryEvent = { ...restored!, logIndex: 2, args: { ...restored!.args, ipfsHash: digest(9) } }
    const { releases, rollbacks } = foldHistory([...first, rolledBack!, restored!, publish])
    expect(releases.map(({ number, ipfsHash }) => [number, ipfsHash])).toEqual([
      [2, digest(9)],
      [1, digest(1)],
    ])
    expect(rollbacks).toHaveLength(1)
  })

  it('clears everything at an accepted reclaim, and nothing at one that was cancelled', () => {
    const before = eventsOf([
      { call: 'sync', hash: 1 },
      { call: 'sync', hash: 2 },
      { call: 'keep', release: 1 },
    ])
    const at = (name: string, args: Record<string, unknown>, logIndex: number): RegistryEvent => ({
      ...before[0]!,
      name,
      args,
      logIndex,
    })
    const proposed = at('TrustProposed', { reclaim: true }, 10)
    const changed = (logIndex: number) => at('TrustChanged', { next: trustFrom(3) }, logIndex)
    const cancelled = foldHistory([...before, proposed, at('TrustCancelled', {}, 11), changed(12)])
    expect(cancelled).toMatchObject({ kept: 1, releases: [{ stable: true }, { stable: true }] })
    const accepted = foldHistory([...before, proposed, changed(11)])
    expect(accepted).toMatchObject({ kept: 0, live: 2, releases: [{ stable: false }, { stable: false }] })
  })

  it('gives each release the newest trust that covers it', () => {
    const change = (fromRelease: number, signer: string): RegistryEvent => ({
      ...REGISTERED,
      args: { next: { signer, fromRelease } },
    })
    const [, ...syncs] = eventsOf([1, 2, 3].map((hash) => ({ call: 'sync', hash })))
    const events = [
      REGISTERED,
      syncs[0]!,
      change(2, 'never used'),
      change(2, 'second'),
      syncs[1]!,
      syncs[2]!,
      change(4, 'next'),
    ]
    const { releases, trusts } = foldHistory(events)
    expect(releases.map(({ trust }) => trust.signer)).toEqual(['second', 'second', '0x1'])
    expect(trusts).toHaveLength(4)
  })

  it('refuses events that do not start at the registration', () => {
    const [, ...late] = eventsOf([{ call: 'sync', hash: 1 }])
    expect(() => foldHistory(late)).toThrow(expect.objectContaining({ code: 'HISTORY_INCOMPLETE' }))
  })

  it('has one release for each publish, numbered without gaps, whatever else happens', () => {
    fc.assert(
      fc.property(calls, (list) => {
        const { releases, failures, rollbacks, latest } = foldHistory(eventsOf(list))
        const published = list.filter(({ call }) => call === 'sync')
        expect(releases.map(({ number }) => number)).toEqual(published.map((_, i) => published.length - i))
        expect(latest).toBe(published.length)
        expect(failures).toHaveLength(list.filter(({ call }) => call === 'fail').length)
        expect(rollbacks).toHaveLength(list.filter(({ call }) => call === 'rollback').length)
      }),
    )
  })

  it('never changes number, digest or place of a release by what comes later', () => {
    fc.assert(
      fc.property(calls, fc.nat(40), (list, cut) => {
        const plain = (items: readonly Call[]) =>
          foldHistory(eventsOf(items)).releases.map(({ number, ipfsHash, transaction }) => ({
            number,
            ipfsHash,
            transaction,
          }))
        const early = plain(list.slice(0, cut))
        const late = plain(list)
        expect(late.slice(late.length - early.length)).toEqual(early)
      }),
    )
  })

  it('shows everything newer than the target of a last rollback as quarantined', () => {
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 10 }), (list, to) => {
        const { releases, live } = foldHistory(eventsOf([...list, { call: 'rollback', to, hash: 1 }]))
        expect(live).toBe(to)
        expect(releases.filter(({ number, stable }) => number > to && stable)).toEqual([])
      }),
    )
  })
})
