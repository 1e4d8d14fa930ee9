import { DomainSyncError, type ErrorDetails } from '@domainsync/core'

/**
 * Refusals of reading blocks.
 *
 * - `GATEWAY_URL_INVALID`: not an http(s) URL.
 * - `GATEWAY_UNREACHABLE`, `GATEWAY_RESET` (broken off in the middle), `GATEWAY_TIMEOUT`, `GATEWAY_UNAUTHORIZED`,
 *   `GATEWAY_PAYMENT_REQUIRED`, `GATEWAY_RATE_LIMITED`, `GATEWAY_UNAVAILABLE` (5xx), `GATEWAY_HTTP` (any other status): one gateway
 *   did not give the block.
 * - `BLOCK_CORRUPT`: the bytes are not the CID's: the source lies. `BLOCK_TOO_LARGE`: more than 2 MiB.
 * - `BLOCK_UNSUPPORTED`: neither dag-pb nor raw, or not SHA-256. `BLOCK_MISSING`: every source says it has it not.
 * - `BLOCK_UNAVAILABLE`: no source gave it, and not all of them say it is absent.
 */
export type BlockErrorCode =
  | 'GATEWAY_URL_INVALID'
  | 'GATEWAY_UNREACHABLE'
  | 'GATEWAY_RESET'
  | 'GATEWAY_TIMEOUT'
  | 'GATEWAY_UNAUTHORIZED'
  | 'GATEWAY_PAYMENT_REQUIRED'
  | 'GATEWAY_RATE_LIMITED'
  | 'GATEWAY_UNAVAILABLE'
  | 'GATEWAY_HTTP'
  | 'BLOCK_CORRUPT'
  | 'BLOCK_TOO_LARGE'
  | 'BLOCK_UNSUPPORTED'
  | 'BLOCK_MISSING'
  | 'BLOCK_UNAVAILABLE'

/** See {@link BlockErrorCode}. */
export class BlockError extends DomainSyncError {
  declare readonly code: BlockErrorCode
  /** With `GATEWAY_RATE_LIMITED` and `GATEWAY_UNAVAILABLE`: for how long it wants to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: BlockErrorCode,
    message: string,
    { retryAfterMs, ...details }: ErrorDetails & { retryAfterMs?: number | undefined } = {},
  ) {
    super(code, message, details)
    this.retryAfterMs = retryAfterMs
  }
}
