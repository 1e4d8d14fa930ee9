import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ENVELOPE_MAX_BYTES, SPKI_BYTES } from '@domainsync/pq'
import type { SignedFile } from '@domainsync/pq/node'
import { readRegularFile } from '../files/read-regular-file.ts'
import { BackupError } from './backup-error.ts'

/** The encrypted archive. */
export const ARCHIVE_FILE = 'archive'
/** What was signed of it. */
export const STATEMENT_FILE = 'statement.json'
/** Who can open it; written anew when that changes. */
export const RECIPIENTS_FILE = 'recipients.json'
/** The ML-DSA-87 key that verifies both. */
export const SPKI_FILE_NAME = 'pq.spki'

/** The folder of a backup: `backup-3f9a01c2-000007`. */
export function backupFolderName({ series, number }: { series: string; number: number }): string {
  return `backup-${series.slice(0, 8)}-${`${number}`.padStart(6, '0')}`
}

/** What is signed of a backup, still to be verified. */
export interface SignedFiles {
  readonly statement: SignedFile
  readonly recipients: SignedFile
}

/**
 * Reads the signed files of a backup.
 *
 * @throws BackupError `BACKUP_UNREADABLE`
 */
export async function readSignedFiles(folder: string): Promise<SignedFiles> {
  const [statement, recipients, spki] = await Promise.all([
    readSmallFile(join(folder, STATEMENT_FILE), ENVELOPE_MAX_BYTES),
    readSmallFile(join(folder, RECIPIENTS_FILE), ENVELOPE_MAX_BYTES),
    readSmallFile(join(folder, SPKI_FILE_NAME), SPKI_BYTES),
  ])
  return { statement: { envelope: statement, spki }, recipients: { envelope: recipients, spki } }
}

/** The other folders beside a backup that look like backups of any series. */
export async function siblingsOf(folder: string): Promise<string[]> {
  const own = basename(resolve(folder))
  return (await backupsIn(dirname(resolve(folder)))).filter((path) => basename(path) !== own)
}

/** The folders that look like backups; none when there is no such folder. */
export async function backupsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => [])
  return names.filter((name) => /^backup-[0-9a-f]{8}-\d{6,}$/.test(name)).map((name) => join(folder, name))
}

async function readSmallFile(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    return await readRegularFile(path, { maxBytes })
  } catch (cause) {
    throw new BackupError('BACKUP_UNREADABLE', `${path} cannot be read; name the folder of a backup.`, {
      cause,
      state: 'Nothing was changed.',
    })
  }
}
