import { DomainSyncError, type ErrorDetails } from '@domainsync/core'

/** Codes of {@link VaultError}; none of them is mended by trying again. */
export type VaultErrorCode =
  /** Not an archive, or not in the one form that is written. */
  | 'ARCHIVE_MALFORMED'
  /** Another version of the format, or another algorithm suite. */
  | 'ARCHIVE_UNSUPPORTED'
  | 'ARCHIVE_TRUNCATED'
  /** Bytes that the key did not write. */
  | 'ARCHIVE_TAMPERED'
  /** The archive key is not this archive's. */
  | 'ARCHIVE_KEY_WRONG'
  /** Whole and well signed, but about something else than the statement says. */
  | 'ARCHIVE_MISMATCH'
  | 'BACKUP_STATEMENT_MALFORMED'
  | 'RECIPIENTS_MALFORMED'
  /** The list belongs to another backup. */
  | 'RECIPIENTS_MISMATCH'
  /** None of the wraps is for this key. */
  | 'RECIPIENT_UNKNOWN'
  | 'RECIPIENT_KEY_MALFORMED'
  /** A list with nobody on it, or with the same key twice. */
  | 'RECIPIENTS_INVALID'

/** What archives, their statements and their lists of recipients fail with. Keys never stand in it. */
export class VaultError extends DomainSyncError {
  declare readonly code: VaultErrorCode

  constructor(code: VaultErrorCode, message: string, details: Omit<ErrorDetails, 'retryable'> = {}) {
    super(code, message, { ...details, retryable: false })
  }
}
