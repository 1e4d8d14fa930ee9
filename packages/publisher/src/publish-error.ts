import { DomainSyncError, type ErrorDetails } from '@domainsync/core'

/**
 * Why a publish did not happen or did not finish.
 *
 * - The domain: `NOT_CONFIGURED`, `NOT_REGISTERED`, `NOT_AUTHORIZED`, `LANE_PAUSED`, `EVICTS_LIVE`, `STALE_SEQ`, `OVERTAKEN`.
 * - The journal's chain: `OTHER_NETWORK`, `CHAIN_CHANGED`.
 * - What is to be published: `CONTENT_QUARANTINED`, `QUARANTINE_UNKNOWN`, `LIVE_UNKNOWN`, `CHECKS_FAILED`, `KEY_MISMATCH`,
 *   `NOTHING_TO_PUBLISH`.
 * - A release by its root: `ROOT_CID_INVALID`, `ROOT_UNAVAILABLE`, `RELEASE_MISSING`, `RELEASE_OTHER_DOMAIN`,
 *   `RELEASE_OTHER_CHAIN`, `RELEASE_OTHER_REGISTRY`, `RELEASE_NOT_NEXT`, `CONTENT_MISMATCH`.
 * - Every release just before its transaction: the reason why readers would refuse it (`PQ_SIGNATURE_INVALID`, `FILES_MISMATCH`, …).
 * - Doing it: `COST_OVER_BUDGET`, `KEY_NO_FUNDS`, `REPLICATION_INSUFFICIENT`, `DISK_FULL`.
 */
/** A publish that was refused or failed; says what did not change. */
export class PublishError extends DomainSyncError {
  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(code, message, { state: 'No pointer moved.', retryable: false, ...details })
  }
}
