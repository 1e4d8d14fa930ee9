import { DomainSyncError, type ErrorDetails } from '@domainsync/core'

/**
 * Refusals of sending transactions.
 *
 * - `KEY_NO_FUNDS`: the key cannot pay. `KEY_INVALID`: no private key.
 * - `NONCE_TAKEN`: another transaction of the key was mined with this nonce.
 * - `TX_UNDERPRICED`: the fees are too low, or not 12.5 % above those of the transaction it would replace.
 * - `TX_REJECTED`: no operator took it, for another reason.
 */
export type TransactorErrorCode = 'KEY_NO_FUNDS' | 'KEY_INVALID' | 'NONCE_TAKEN' | 'TX_UNDERPRICED' | 'TX_REJECTED'

/** See {@link TransactorErrorCode}. */
export class TransactorError extends DomainSyncError {
  declare readonly code: TransactorErrorCode

  constructor(code: TransactorErrorCode, message: string, details: ErrorDetails = {}) {
    super(code, message, { state: 'Nothing changed on chain.', ...details })
  }
}
