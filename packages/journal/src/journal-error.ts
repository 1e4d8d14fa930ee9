import { DomainSyncError } from '@domainsync/core'

/**
 * Every error of this package. Codes: `STORE_BUSY`, `STORE_TOO_NEW`, `STORE_DAMAGED`, `STORE_FOREIGN`, `STORE_UNWRITABLE`,
 * `STORE_FULL`, `STORE_FAILED`, `OPERATION_RUNNING`, `OPERATION_UNKNOWN`, `OPERATION_CLOSED`, `OPERATION_INCOMPLETE`,
 * `OPERATION_MISMATCH`, `STEP_UNKNOWN`, `STEP_STATE`, `STEP_NOT_OBSERVED`, `LEASE_LOST`, `NONCE_BUSY`, `NONCE_NOT_OWNED`,
 * `NONCE_CONSUMED`, `NONCE_GAP`, `TX_ALREADY_SIGNED`, `TX_UNKNOWN`, `TX_MALFORMED`, `TX_REVERTED`;
 * and, from a transaction step, the transactor's `NONCE_TAKEN` and `TX_UNDERPRICED`.
 */
export class JournalError extends DomainSyncError {}
