import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { writeWhole } from '@domainsync/ipfs-mirror'
import { z } from 'zod'
import type { LoadedConfig } from '../config/load-config.ts'
import { BackupError } from './backup-error.ts'

const recordSchema = z.strictObject({
  series: z.string().regex(/^[0-9a-f]{32}$/),
  number: z.number().int().nonnegative(),
})

/** What this machine knows of its backups: their series, and the number of the newest. */
export type BackupRecord = z.infer<typeof recordSchema>

/** Where it is kept. */
export function backupRecordFile({ folder, values }: LoadedConfig): string {
  return resolve(folder, values.state, 'backups.json')
}

/**
 * The record; one of a new series when there is none.
 *
 * @throws BackupError `BACKUP_UNREADABLE`
 */
export async function readBackupRecord(file: string): Promise<BackupRecord> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return { series: randomBytes(16).toString('hex'), number: 0 }
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new BackupError('BACKUP_UNREADABLE', `${file} is damaged; move it away, and a new series begins.`, {
      cause,
      state: 'Nothing was written.',
    })
  }
}

/** Writes it whole or not at all. */
export function writeBackupRecord(file: string, record: BackupRecord): Promise<void> {
  return writeWhole(file, Buffer.from(`${JSON.stringify(record)}\n`), { mode: 0o600 })
}
