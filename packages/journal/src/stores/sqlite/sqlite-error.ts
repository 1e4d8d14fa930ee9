import { JournalError } from '../../journal-error.ts'

const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_READONLY = 8
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

/** SQLite's primary result code of a thrown value (https://sqlite.org/rescode.html), `undefined` when it is not SQLite's. */
function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code & 0xff : undefined
}

/** Another process holds the lock: trying again helps. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error)
  return code === SQLITE_BUSY || code === SQLITE_LOCKED
}

/** SQLite's own errors as ours; anything else is returned as it is. */
export function storeError(path: string, cause: unknown): unknown {
  const code = resultCode(cause)
  if (code === undefined) return cause
  const error = (name: string, message: string, retryable: boolean) =>
    new JournalError(name, message, { cause, state: 'Nothing was written.', retryable })
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return error('STORE_BUSY', `Other processes keep the store ${path} locked; try again, or end them.`, true)
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return error(
        'STORE_DAMAGED',
        `The store ${path} is damaged; restore it from a backup, or move it away with its -wal and -shm files to start anew.`,
        false,
      )
    case SQLITE_FULL:
      return error('DISK_FULL', `No room is left on the disk of the store ${path}; make some and try again.`, true)
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return error(
        'STORE_UNWRITABLE',
        `The store ${path} cannot be opened for writing; check its owner and mode.`,
        false,
      )
    default:
      return error('STORE_FAILED', `The store ${path} failed: ${cause instanceof Error ? cause.message : cause}.`, true)
  }
}
