import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '@domainsync/core'
import { JournalError } from '../../journal-error.ts'
import type { Store } from '../../store.ts'
import { systemClock } from '../../system-clock.ts'
import { migrate } from './migrate.ts'
import { sqliteCursors } from './sqlite-cursors.ts'
import { BUSY_DEADLINE_MS, SqliteDatabase } from './sqlite-database.ts'
import { sqliteHistory } from './sqlite-history.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { sqliteLeases } from './sqlite-leases.ts'
import { sqliteOperationLog } from './sqlite-operation-log.ts'
import { sqliteOutbox } from './sqlite-outbox.ts'
import { sqliteTransactionLog } from './sqlite-transaction-log.ts'

export interface SqliteStoreOptions {
  clock?: Clock
  /** How long a call tries on while another process holds the lock, in milliseconds; then it is `STORE_BUSY`. */
  busyDeadlineMs?: number
}

/**
 * Opens, and where missing makes, the store in one file (mode 0600; missing folders 0700). Several processes may have it
 * open. Every commit is on the disk before it returns (`synchronous = FULL`).
 *
 * Warning: SQLite's locks do not work on network file systems; the file belongs on a local disk.
 *
 * @throws JournalError `STORE_TOO_NEW`, `STORE_DAMAGED`, `STORE_FOREIGN`, `STORE_UNWRITABLE`, `STORE_BUSY`
 */
export async function openSqliteStore(path: string, options: SqliteStoreOptions = {}): Promise<Store> {
  const { clock = systemClock, busyDeadlineMs = BUSY_DEADLINE_MS } = options
  makeFile(path)
  const database = new SqliteDatabase(path, { busyDeadlineMs })
  try {
    await migrate(database, { path, now: clock.now() })
  } catch (error) {
    database.close()
    throw error
  }
  const close = async () => database.close()
  return {
    journal: sqliteJournal(database, clock),
    operations: sqliteOperationLog(database),
    transactions: sqliteTransactionLog(database, clock),
    leases: sqliteLeases(database),
    history: sqliteHistory(database, clock),
    outbox: sqliteOutbox(database),
    cursors: sqliteCursors(database),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** SQLite would make it readable by all, and gives its -wal and -shm files the same mode. */
function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
  } catch (cause) {
    throw new JournalError('STORE_UNWRITABLE', `The store ${path} cannot be made; check the folder's owner and mode.`, {
      cause,
      state: 'Nothing was written.',
      retryable: false,
    })
  }
}
