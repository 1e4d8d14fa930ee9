import {
  type BackupStatement,
  type BackupTrust,
  type RecipientList,
  verifyBackup,
  verifyRecipientList,
} from '@domainsync/pq/node'
import { readSignedFiles } from './backup-folder.ts'

/** A backup whose signatures hold. */
export interface OpenedBackup {
  readonly folder: string
  readonly statement: BackupStatement
  readonly list: RecipientList
}

/**
 * Reads a backup's signed files and verifies them; the archive is not looked at.
 *
 * @throws BackupError `BACKUP_UNREADABLE`; PqError, VaultError when they are not what the trusted keys signed
 */
export async function openBackup(folder: string, trust: BackupTrust): Promise<OpenedBackup> {
  const { statement: signed, recipients } = await readSignedFiles(folder)
  const statement = verifyBackup(signed, trust)
  return { folder, statement, list: verifyRecipientList(recipients, { statement, trust }) }
}
