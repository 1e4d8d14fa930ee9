import { DomainSyncError, type ErrorDetails } from '@domainsync/core'

/** Why a publish did not happen or did not finish. */
export type PublishErrorCode =
  | 'NOT_CONFIGURED'
  | 'NOT_REGISTERED'
  | 'NOT_AUTHORIZED'
  | 'LANE_PAUSED'
  | 'STALE_SEQ'
  | 'OTHER_NETWORK'
  | 'CHAIN_CHANGED'
  | 'EVICTS_LIVE'
  | 'CONTENT_QUARANTINED'
  | 'QUARANTINE_UNKNOWN'
  | 'LIVE_UNKNOWN'
  | 'CHECKS_FAILED'
  | 'COST_OVER_BUDGET'
  | 'KEY_NO_FUNDS'
  | 'KEY_MISMATCH'
  | 'REPLICATION_INSUFFICIENT'
  | 'PUBLISHING_BLOCKED'

/** A publish that was refused or failed; says what did not change. */
export class PublishError extends DomainSyncError {
  constructor(code: PublishErrorCode, message: string, details: ErrorDetails = {}) {
    super(code, message, { state: 'No pointer moved.', retryable: false, ...details })
  }
}
