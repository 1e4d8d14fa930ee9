import { DatabaseSync } from 'node:sqlite'
import { StoreError } from './store-error.ts'

/** Holds a store for this process. */
export interface StoreLock {
  release(): void
}

/**
 * Takes the store for one owner. It is a lock of the operating system (the one SQLite puts on its file), so it goes with the
 * process that held it, however that ends: there are no stale locks.
 *
 * @throws StoreError `STORE_LOCKED` when another process, or this one, has the store open.
 */
export function lockStore(path: string, store: string): StoreLock {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    throw new StoreError('STORE_LOCKED', `Another process has the block store ${store} open; stop it and try again.`, {
      cause,
      state: 'Nothing was changed.',
    })
  }
  return { release: () => database.close() }
}
