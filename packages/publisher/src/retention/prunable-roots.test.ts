import { rootFromHash } from '@domainsync/core'
import type { HistoryRelease } from '@domainsync/sdk'
import { expect, it } from 'vitest'
import { RETENTION_MS } from './expired-releases.ts'
import { prunableRoots } from './prunable-roots.ts'

const NOW = 100 * RETENTION_MS
const rootOf = (n: number) => rootFromHash(`0x${n.toString(16).padStart(64, '0')}`)

/** Newest first; each one was replaced ten retentions ago unless it is the newest. */
function history(count: number, changed: Record<number, Partial<HistoryRelease>> = {}): HistoryRelease[] {
  return Array.from({ length: count }, (_, index) => {
    const number = count - index
    const release = {
      number,
      root: rootOf(number),
      publishedAt: NOW - 10 * RETENTION_MS,
      live: index === 0,
      stable: true,
    }
    return { ...release, kept: false, held: index < 8, ...changed[number] } as HistoryRelease
  })
}

const prunable = (releases: HistoryRelease[], publishes: Parameters<typeof prunableRoots>[1]['publishes'] = []) =>
  prunableRoots(releases, { publishes, now: NOW }).map(({ root, release }) => [`${root}`, release])

it('is what left the ring long ago, but not what is kept or quarantined', () => {
  const releases = history(12, { 1: { kept: true, held: true }, 2: { stable: false } })
  expect(prunable(releases)).toEqual([4, 3].map((n) => [`${rootOf(n)}`, n]))
})

it('is also what a failed publish left behind long ago', () => {
  const failed = (n: number, updatedAt: number) => ({ root: `${rootOf(n)}`, state: 'failed' as const, updatedAt })
  const old = NOW - RETENTION_MS - 1
  expect(prunable(history(2), [failed(90, old), failed(90, old), failed(91, NOW), failed(2, old)])).toEqual([
    [`${rootOf(90)}`, undefined],
  ])
})

it('is never what a publish is on its way with, nor a root that another release still needs', () => {
  const releases = history(12, { 3: { root: rootOf(12) } })
  const running = { root: `${rootOf(4)}`, state: 'running' as const, updatedAt: 0 }
  expect(prunable(releases, [running])).toEqual([2, 1].map((n) => [`${rootOf(n)}`, n]))
})
