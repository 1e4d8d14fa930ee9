import type { Bytes32, StoredTransaction, TransactionState } from '@domainsync/core'

/** A transaction as it was stored, and when (milliseconds since 1970). */
export interface LoggedTransaction extends StoredTransaction {
  readonly stepKey: string
  readonly recordedAt: number
}

export interface RecordOptions {
  /** The hash that this transaction replaces at its nonce; without it the nonce must not have been signed for yet. */
  readonly replaces?: Bytes32 | undefined
  /** The lease epoch under which it is signed; 0 or absent: without a lease. */
  readonly epoch?: number | undefined
}

/** Every transaction ever signed; written before it is sent. */
export interface TransactionLog {
  /**
   * Stores a signed transaction. Storing the same hash again has no further effect.
   *
   * @throws JournalError `NONCE_NOT_OWNED` when the step holds no reservation for the nonce; `TX_ALREADY_SIGNED` when the
   * newest transaction at the nonce is not the one it `replaces`: somebody else signed meanwhile, read again; `LEASE_LOST`.
   */
  record(transaction: StoredTransaction, stepKey: string, options?: RecordOptions): Promise<void>
  /** All transactions ever signed for a step, newest last. */
  forStep(stepKey: string): Promise<readonly LoggedTransaction[]>
  /** All transactions ever signed at one nonce, by any step, newest last. */
  atNonce(place: Pick<StoredTransaction, 'chainId' | 'sender' | 'nonce'>): Promise<readonly LoggedTransaction[]>
  /**
   * Notes what became of a transaction. `mined` makes the others at its nonce `replaced`; `signed` takes it back after a
   * reorganisation.
   *
   * @throws JournalError `TX_UNKNOWN`
   */
  settle(hash: Bytes32, state: TransactionState, blockHash?: Bytes32): Promise<void>
}
