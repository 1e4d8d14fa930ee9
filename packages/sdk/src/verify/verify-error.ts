import { DomainSyncError, errorCode } from '@domainsync/core'
import type { VerifyStep } from './check.ts'

/**
 * Refusals of verification before anything is served.
 *
 * - `NOT_REGISTERED`, `RELEASE_NONE`: there is nothing to verify. `RELEASE_QUARANTINED`: the live release is condemned.
 * - `ROOT_UNVERIFIABLE`: the bytes are those of the root, and they are no release that this domain signed. Trying again cannot
 *   help; `reason` says why (`PQ_SIGNATURE_INVALID`, `RELEASE_MISSING`, `FILES_MISMATCH`, …).
 * - `ROOT_UNAVAILABLE`: not all of the bytes could be had now, so nothing is known; `reason` says why.
 * - `FILE_TOO_LARGE`: the release has the file, and it is larger than the caller lets memory hold.
 * - `PATH_NOT_FOUND`: the release has no such file. `NOT_VERIFIED`: only what was verified is saved.
 */
export type VerifyErrorCode =
  | 'NOT_REGISTERED'
  | 'RELEASE_NONE'
  | 'RELEASE_QUARANTINED'
  | 'ROOT_UNVERIFIABLE'
  | 'ROOT_UNAVAILABLE'
  | 'FILE_TOO_LARGE'
  | 'PATH_NOT_FOUND'
  | 'NOT_VERIFIED'

/** See {@link VerifyErrorCode}. */
export class VerifyError extends DomainSyncError {
  declare readonly code: VerifyErrorCode
  readonly step: VerifyStep
  /** The code of what is underneath; the error's own code when nothing is. */
  readonly reason: string

  constructor(
    code: VerifyErrorCode,
    message: string,
    { step, reason, cause, next }: { step: VerifyStep; reason?: string; cause?: unknown; next?: string },
  ) {
    super(code, message, { cause, ...(next !== undefined && { next }), retryable: code === 'ROOT_UNAVAILABLE' })
    this.step = step
    this.reason = reason ?? code
  }
}

/** Codes that say nothing of the release: it could not be fetched, or a source lied. */
const UNAVAILABLE = /^(GATEWAY_|BLOCK_(MISSING|UNAVAILABLE|CORRUPT|TOO_LARGE)$|STORE_)|^UNEXPECTED$/

/** What an error of reading or checking a root means for the root. */
export function rootError(cause: unknown, { step, root }: { step: VerifyStep; root: string }): VerifyError {
  if (cause instanceof VerifyError) return cause
  const reason = errorCode(cause)
  const why = cause instanceof Error ? cause.message : String(cause)
  const isUnavailable = UNAVAILABLE.test(reason) || !(cause instanceof DomainSyncError)
  return isUnavailable
    ? new VerifyError('ROOT_UNAVAILABLE', `Not all of ${root} could be fetched: ${why}`, { step, reason, cause })
    : new VerifyError('ROOT_UNVERIFIABLE', `${root} is not a release that can be trusted: ${why}`, {
        step,
        reason,
        cause,
      })
}
