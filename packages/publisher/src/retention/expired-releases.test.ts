import { rootFromHash } from '@domainsync/core'
import type { HistoryRelease } from '@domainsync/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expiredReleases, RETENTION_MS } from './expired-releases.ts'

const NOW = 1_000 * RETENTION_MS
const DAY_MS = 86_400_000

const TRUST: HistoryRelease['trust'] = {
  owner: '0x1',
  guardian: '0x1',
  signer: '0x1',
  fromRelease: 0,
  pqKeyHash: '0x1',
}

/** Newest first, one a day, the newest just now. */
function history(count: number, changed: (number: number) => Partial<HistoryRelease> = () => ({})): HistoryRelease[] {
  return Array.from({ length: count }, (_, index): HistoryRelease => {
    const number = count - index
    const ipfsHash = `0x${number.toString(16).padStart(64, '0')}` as const
    const publishedAt = NOW - index * DAY_MS
    return {
      number,
      ipfsHash,
      root: rootFromHash(ipfsHash),
      publishedAt,
      at: publishedAt,
      block: { number, hash: ipfsHash },
      transaction: ipfsHash,
      live: index === 0,
      stable: true,
      kept: false,
      held: index < 8,
      trust: TRUST,
      ...changed(number),
    }
  })
}

const numbers = (releases: HistoryRelease[]) => {
  const roots = expiredReleases(releases, NOW).map(String)
  return releases.filter(({ root }) => roots.includes(root.toString())).map(({ number }) => number)
}

describe('expiredReleases', () => {
  it('lets go of what left the ring and was replaced more than a week ago', () => {
    // The successor of release 12 - i is i - 1 days old: the ring holds 12 to 5, release 4 was replaced 7 days ago.
    expect(numbers(history(12))).toEqual([3, 2, 1])
  })

  it('lets go of nothing while the ring holds everything', () => {
    expect(numbers(history(8))).toEqual([])
  })

  it('keeps what is kept, live or quarantined, however old', () => {
    const special: Record<number, Partial<HistoryRelease>> = {
      1: { kept: true, held: true },
      2: { stable: false },
      3: { live: true },
    }
    expect(numbers(history(20, (number) => special[number] ?? {}))).toEqual([11, 10, 9, 8, 7, 6, 5, 4])
  })

  it('never lets go of a release that the registry holds', () => {
    const flags = fc.record({ held: fc.boolean(), stable: fc.boolean(), live: fc.boolean() })
    fc.assert(
      fc.property(fc.array(flags, { maxLength: 30 }), (all) => {
        const releases = history(all.length, (number) => all[all.length - number]!)
        const gone = numbers(releases)
        for (const { number, held, live, stable } of releases) {
          if (held || live || !stable) expect(gone).not.toContain(number)
        }
      }),
    )
  })

  it('keeps a root that stands under a number that is still needed', () => {
    const live = history(12)[0]!
    expect(numbers(history(12, (number) => (number === 2 ? { root: live.root } : {})))).toEqual([3, 1])
  })
})
