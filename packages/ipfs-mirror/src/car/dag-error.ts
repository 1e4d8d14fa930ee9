import { DomainSyncError } from '@domainsync/core'

/**
 * A DAG that a source does not give truly and completely: `BLOCK_MISSING`, `BLOCK_MISMATCH`, `BLOCK_UNSUPPORTED`,
 * `BLOCK_TOO_LARGE`, `BLOCK_MALFORMED`, `DAG_TOO_LARGE`.
 */
export class DagError extends DomainSyncError {}
