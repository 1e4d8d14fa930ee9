import type { OperationState } from '@domainsync/core'
import type { HistoryRelease } from '@domainsync/sdk'
import { CID } from 'multiformats/cid'
import { expiredReleases, RETENTION_MS } from './expired-releases.ts'

/** A root that nobody needs from a provider any more. */
export interface PrunableRoot {
  readonly root: CID
  /** The release that it was; absent: a publish that never came to its end. */
  readonly release?: number
}

/** A publish as the journal knows it. */
export interface PublishTrace {
  readonly root: string | undefined
  readonly state: OperationState
  /** When it last changed, in milliseconds since 1970. */
  readonly updatedAt: number
}

/**
 * What may go: releases that nobody can go back to, and the leavings of publishes that failed longer ago than the retention. What is
 * live, kept, in the ring, quarantined or on its way stays.
 */
export function prunableRoots(
  releases: readonly HistoryRelease[],
  { publishes, now }: { publishes: readonly PublishTrace[]; now: number },
): PrunableRoot[] {
  const expired = new Set(expiredReleases(releases, now).map(String))
  const onTheirWay = new Set(publishes.flatMap(({ root, state }) => (root && state === 'running' ? [root] : [])))
  const known = new Set(releases.map(({ root }) => `${root}`))
  const left = publishes.flatMap(({ root, updatedAt }) =>
    root !== undefined && !known.has(root) && now - updatedAt > RETENTION_MS ? [root] : [],
  )
  return [
    ...releases.flatMap(({ root, number }) => (expired.has(`${root}`) ? [{ root, release: number }] : [])),
    ...[...new Set(left)].map((root) => ({ root: CID.parse(root) })),
  ].filter(({ root }) => !onTheirWay.has(`${root}`))
}
