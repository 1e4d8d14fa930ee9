/** How much a mirror takes from others, in bytes on its own disk. */
export interface FollowQuotas {
  /** One release, what it shares with others included. */
  readonly releaseBytes: number
  /** All releases of one domain, what they share counted once. */
  readonly domainBytes: number
  /** The file that holds the blocks. While it is compacted there are two of them for a moment. */
  readonly totalBytes: number
}

const GB = 1e9

/** What is allowed unless something else is said. */
export const DEFAULT_FOLLOW_QUOTAS: FollowQuotas = { releaseBytes: GB, domainBytes: 4 * GB, totalBytes: 16 * GB }
