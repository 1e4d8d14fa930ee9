import { DomainSyncError, type ErrorDetails } from '@domainsync/core'

/**
 * A publish that was refused or failed; says what did not change. Codes:
 *
 * - The domain: `NOT_CONFIGURED`, `NOT_REGISTERED`, `NOT_AUTHORIZED`, `LANE_PAUSED`, `STALE_SEQ`, `OVERTAKEN`.
 * - The journal: `OTHER_NETWORK`.
 * - What is to be published: `CONTENT_QUARANTINED`, `QUARANTINE_UNKNOWN`, `LIVE_UNKNOWN`, `CHECKS_FAILED`, `KEY_MISMATCH`,
 *   `NOTHING_TO_PUBLISH`.
 * - A release by its root: `ROOT_CID_INVALID`, `ROOT_UNAVAILABLE`, `RELEASE_MISSING`, `RELEASE_OTHER_DOMAIN`,
 *   `RELEASE_OTHER_CHAIN`, `RELEASE_OTHER_REGISTRY`, `RELEASE_NOT_NEXT`, `CONTENT_MISMATCH`.
 * - Every release just before its transaction: the reason why readers would refuse it (`PQ_SIGNATURE_INVALID`,
 *   `FILES_MISMATCH`, …).
 * - Doing it: `COST_OVER_BUDGET`, `REPLICATION_INSUFFICIENT`, `DISK_FULL`.
 */
export class PublishError extends DomainSyncError {
  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(code, message, { state: 'No pointer moved.', retryable: false, ...details })
  }
}
