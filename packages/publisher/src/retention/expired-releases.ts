import type { HistoryRelease } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'

/** How long a release that the registry has let go of stays with the providers, in milliseconds. */
export const RETENTION_MS = 7 * 86_400_000

/**
 * Roots that nobody can go back to any more: outside of ring and kept, and replaced longer ago than the retention. Quarantined
 * ones stay. Releases are given newest first, so that each one's successor stands before it.
 */
export function expiredReleases(releases: readonly HistoryRelease[], now: number): CID[] {
  const isExpired = ({ held, stable, live }: HistoryRelease, index: number) => {
    const replacedAt = releases[index - 1]?.publishedAt ?? now
    return !held && stable && !live && now - replacedAt > RETENTION_MS
  }
  // A root may stand under two numbers.
  const needed = new Set(releases.filter((release, index) => !isExpired(release, index)).map(({ root }) => `${root}`))
  return releases.filter(({ root }) => !needed.has(`${root}`)).map(({ root }) => root)
}
