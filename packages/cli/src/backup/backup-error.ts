import { DomainSyncError, type ErrorDetails } from '@domainsync/core'

/** Codes of {@link BackupError}; none of them is mended by trying again. */
export type BackupErrorCode =
  /** The folder is not a backup, or one of its files cannot be read. */
  | 'BACKUP_UNREADABLE'
  /** Somebody wrote the same number already. */
  | 'BACKUP_EXISTS'
  /** The archive's file is not the one that was signed. */
  | 'BACKUP_MISMATCH'
  /** A newer one of the same series is known. */
  | 'BACKUP_OLDER'
  /** Nobody said whose backups are accepted. */
  | 'BACKUP_UNPINNED'
  /** The chain names other keys than those that signed. */
  | 'BACKUP_NOT_TRUSTED'
  /** What the archive holds is not what this version writes. */
  | 'BACKUP_MALFORMED'
  | 'RECIPIENTS_TOO_FEW'
  | 'RECIPIENT_NOT_FOUND'
  /** Two recipients would have one name. */
  | 'RECIPIENT_NAME_TAKEN'
  | 'RESTORE_TARGET'

/** What backups and restores fail with. */
export class BackupError extends DomainSyncError {
  declare readonly code: BackupErrorCode

  constructor(code: BackupErrorCode, message: string, details: Omit<ErrorDetails, 'retryable'> = {}) {
    super(code, message, { ...details, retryable: false })
  }
}

/** What an archive holds is wrong: its signer wrote it so, or a newer DomainSync did. */
export function malformed(what: string, cause?: unknown): BackupError {
  return new BackupError('BACKUP_MALFORMED', `The backup holds what this version does not write: ${what}.`, {
    cause,
    state: 'Nothing was restored.',
  })
}
