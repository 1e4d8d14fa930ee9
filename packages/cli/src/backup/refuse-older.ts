import { basename } from 'node:path'
import type { BackupStatement, BackupTrust } from '@domainsync/pq/node'
import { BackupError } from './backup-error.ts'
import { siblingsOf } from './backup-folder.ts'
import type { BackupRecord } from './backup-record.ts'
import { type OpenedBackup, openBackup } from './open-backup.ts'

/** What is known of newer backups. */
export interface KnownBackups {
  readonly trust: BackupTrust
  /** What the machine that restores remembers. */
  readonly record: BackupRecord | undefined
  /** The lowest number that the person accepts. */
  readonly atLeast: number | undefined
}

/**
 * Refuses a backup when a newer one of the same series is known: from the record of this machine, from the person, or because it
 * lies beside it. Neighbours count only when the same keys signed them.
 *
 * @throws BackupError `BACKUP_OLDER`
 */
export async function refuseOlder(
  { folder, statement: { number, series } }: Pick<OpenedBackup, 'folder' | 'statement'>,
  { trust, record, atLeast }: KnownBackups,
): Promise<void> {
  if (atLeast !== undefined && number < atLeast) throw older(number, `you want number ${atLeast} or later`)
  if (record?.series === series && number < record.number) {
    throw older(number, `this machine knows of number ${record.number}`)
  }
  for (const sibling of await siblingsOf(folder)) {
    const other = await statementOf(sibling, trust)
    if (other?.series === series && other.number > number) throw older(number, `${basename(sibling)} lies beside it`)
  }
}

async function statementOf(folder: string, trust: BackupTrust): Promise<BackupStatement | undefined> {
  return openBackup(folder, trust).then(
    ({ statement }) => statement,
    () => undefined,
  )
}

function older(number: number, why: string): BackupError {
  return new BackupError('BACKUP_OLDER', `This is backup ${number}, but ${why}.`, {
    state: 'Nothing was written.',
    next: 'restore the newer one; or the same command with --allow-older',
  })
}
