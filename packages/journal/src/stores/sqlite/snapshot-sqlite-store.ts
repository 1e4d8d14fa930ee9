import { closeSync, openSync } from 'node:fs'
import { SqliteDatabase } from './sqlite-database.ts'

/** How long the snapshot tries on while another process holds the lock, in milliseconds. */
const BUSY_DEADLINE_MS = 30_000

/**
 * Writes what the store holds at one moment into a new file (mode 0600), also while others write to the store.
 *
 * @throws JournalError as `openSqliteStore`
 */
export async function snapshotSqliteStore(path: string, to: string): Promise<void> {
  closeSync(openSync(to, 'wx', 0o600))
  const database = new SqliteDatabase(path, { busyDeadlineMs: BUSY_DEADLINE_MS })
  try {
    await database.pragma(`VACUUM INTO '${to.replaceAll("'", "''")}'`)
  } finally {
    database.close()
  }
}
