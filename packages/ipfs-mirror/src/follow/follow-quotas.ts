/** How much a mirror takes from others, in bytes on its own disk. */
export interface FollowQuotas {
  /** One release, what it shares with others included. */
  readonly releaseBytes: number
  /** All releases of one domain, what they share counted once. */
  readonly domainBytes: number
  /** The file that holds the blocks. While it is compacted there are two of them for a moment. */
  readonly totalBytes: number
}

const GIB = 1024 ** 3

/** What is allowed unless something else is said. */
export const DEFAULT_FOLLOW_QUOTAS: FollowQuotas = { releaseBytes: GIB, domainBytes: 4 * GIB, totalBytes: 16 * GIB }
