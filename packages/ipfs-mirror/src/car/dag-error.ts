import { DomainSyncError } from '@domainsync/core'

/**
 * A DAG that a source does not give truly and completely: `BLOCK_MISSING`, `BLOCK_MISMATCH`, `BLOCK_UNSUPPORTED`,
 * `BLOCK_TOO_LARGE`, `BLOCK_MALFORMED`.
 */
export class DagError extends DomainSyncError {}
