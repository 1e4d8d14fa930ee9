import { DomainSyncError } from '@domainsync/core'

/**
 * Refusals of feeds.
 *
 * - `FEED_EMPTY`: no leaf; a tree needs one.
 * - `FEED_DUPLICATE`: a domain stands in it twice.
 * - `FEED_LEAF_INVALID`: a field of a leaf that the registry could not hold.
 * - `FEED_MALFORMED`: a manifest that is not of this form, or not in its one order.
 * - `FEED_MISMATCH`: leaves that do not give the root that is named.
 * - `FEED_UNAVAILABLE`: nobody gives the manifest.
 * - `FEED_UNKNOWN_DOMAIN`: the feed has no leaf of that domain.
 */
export type FeedErrorCode =
  | 'FEED_EMPTY'
  | 'FEED_DUPLICATE'
  | 'FEED_LEAF_INVALID'
  | 'FEED_MALFORMED'
  | 'FEED_MISMATCH'
  | 'FEED_UNAVAILABLE'
  | 'FEED_UNKNOWN_DOMAIN'

/** See {@link FeedErrorCode}. Trying again helps where nobody gave the manifest; else the leaves are what they are. */
export class FeedError extends DomainSyncError {
  declare readonly code: FeedErrorCode

  constructor(code: FeedErrorCode, message: string, { cause }: { cause?: unknown } = {}) {
    super(code, message, { cause, state: 'Nothing was anchored.', retryable: code === 'FEED_UNAVAILABLE' })
  }
}
