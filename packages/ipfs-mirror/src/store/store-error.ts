import { DomainSyncError } from '@domainsync/core'

/**
 * What a block store refuses or finds broken: `STORE_LOCKED`, `STORE_MALFORMED`, `STORE_CLOSED`, `STORE_WRITE_FAILED`,
 * `BLOCK_DAMAGED`, `BLOCK_UNSUPPORTED`, `BLOCK_TOO_LARGE`, `DAG_INCOMPLETE`.
 */
export class StoreError extends DomainSyncError {}
