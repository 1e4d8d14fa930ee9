import { DomainSyncError } from '@domainsync/core'

/**
 * What a block store refuses or finds broken: `STORE_LOCKED`, `STORE_UNAVAILABLE`, `STORE_MALFORMED`, `STORE_CLOSED`, `STORE_WRITE_FAILED`,
 * `BLOCK_DAMAGED`, `BLOCK_UNSUPPORTED`, `BLOCK_TOO_LARGE`, `DAG_INCOMPLETE`, `DAG_TOO_LARGE`.
 */
export class StoreError extends DomainSyncError {}

/** What stands in the way is the file system's: no access, no room, not a folder. */
export function storeUnavailable(folder: string, cause: unknown): StoreError {
  return new StoreError('STORE_UNAVAILABLE', `The block store ${folder} cannot be opened; check its folder and disk.`, {
    cause,
  })
}
