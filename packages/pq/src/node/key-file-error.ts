import { DomainSyncError, type ErrorDetails } from '@domainsync/core'

/** Codes of {@link KeyFileError}; none of them is mended by trying again. */
export type KeyFileErrorCode =
  | 'KEY_FILE_MISSING'
  /** Others than its owner may read or write the file. */
  | 'KEY_FILE_MODE'
  /** Not a key file, or one that changed since it was written. */
  | 'KEY_FILE_DAMAGED'
  /** Written by a newer version of DomainSync. */
  | 'KEY_FILE_VERSION'
  /** Asks for more memory or time than a key file may. */
  | 'KEY_FILE_COST'
  | 'KEY_FILE_EXISTS'
  | 'KEY_FILE_UNREADABLE'
  | 'KEY_FILE_UNWRITABLE'
  | 'KEY_PASSPHRASE_WRONG'
  | 'KEY_PASSPHRASE_EMPTY'
  /** A secret of the wrong length, or one that is no private key. */
  | 'KEY_SECRET_INVALID'
  /** The machine could not derive the key, for want of memory as a rule. */
  | 'KEY_DERIVATION_FAILED'

/** What writing and reading key files fails with. Passphrases and secrets never stand in it. */
export class KeyFileError extends DomainSyncError {
  declare readonly code: KeyFileErrorCode

  constructor(code: KeyFileErrorCode, message: string, details: Omit<ErrorDetails, 'retryable'> = {}) {
    super(code, message, { ...details, retryable: false })
  }
}
