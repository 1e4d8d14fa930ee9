import { closeSync, fchmodSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { type LockHolder, readLockHolder, removeLockHolder, writeLockHolder } from './lock-holder.ts'
import { StoreError, storeUnavailable } from './store-error.ts'

const SQLITE_BUSY = 5

/** Holds a store for this process. */
export interface StoreLock {
  release(): void
}

/**
 * Takes the store for one owner. It is a lock of the operating system (the one SQLite puts on its file), so it goes with the
 * process that held it, however that ends: there are no stale locks. Who holds it stands beside it, in `<path>.holder`, for people.
 *
 * @throws StoreError `STORE_LOCKED` when another process, or this one, has the store open; `STORE_UNAVAILABLE` when no lock
 * file can be made there.
 */
export function lockStore(path: string, store: string): StoreLock {
  const holderPath = `${path}.holder`
  let database: DatabaseSync | undefined
  try {
    // SQLite would make a file that everybody may read, and so hold a lock on.
    const file = openSync(path, 'a', 0o600)
    fchmodSync(file, 0o600)
    closeSync(file)
    database = new DatabaseSync(path, { timeout: 0 })
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    database?.close()
    if (!isBusy(cause)) throw storeUnavailable(store, cause)
    throw lockedError(store, { holder: readLockHolder(holderPath), cause })
  }
  const held = database
  writeLockHolder(holderPath)
  return {
    release: () => {
      // While it is still held: what the next one writes stays.
      removeLockHolder(holderPath)
      held.close()
    },
  }
}

function lockedError(store: string, { holder, cause }: { holder: LockHolder | undefined; cause: unknown }): StoreError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} (${holder.command})`
  return new StoreError(
    'STORE_LOCKED',
    `The block store ${store} is open in ${who}; one process at a time has it. Let that end, or stop it, and try again.`,
    { cause, state: 'Nothing was changed.' },
  )
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}
