import { DomainSyncError } from '@domainsync/core'

/**
 * A CAR that is not the whole, true DAG it should be: `CAR_TRUNCATED`, `CAR_MALFORMED`, `CAR_ROOT_MISMATCH`,
 * `CAR_BLOCK_MISMATCH`, `CAR_BLOCK_TOO_LARGE`, `CAR_BLOCK_UNSUPPORTED`, `CAR_BLOCK_UNEXPECTED`, `CAR_INCOMPLETE`,
 * `CAR_QUOTA_EXCEEDED`, `CAR_DAG_TOO_LARGE`.
 */
export class CarError extends DomainSyncError {}
