import { DomainSyncError, type ErrorDetails } from '../packages/core/src/domain-sync-error.ts'

/** What can go wrong in `hardhat deploy`. */
export type DeployErrorCode =
  | 'DEPLOY_SETTING_MISSING'
  | 'DEPLOY_SETTING_INVALID'
  | 'DEPLOY_RECORD_MISMATCH'
  | 'DEPLOY_PENDING'
  | 'DEPLOY_NO_CODE'
  | 'DEPLOY_NETWORK_UNUSABLE'

/** A deployment that was refused or did not succeed. */
export class DeployError extends DomainSyncError {
  constructor(code: DeployErrorCode, message: string, details: ErrorDetails = {}) {
    super(code, message, details)
  }
}
