import type { CallOptions } from '../call-options.ts'
import type { Address, Bytes32 } from '../domain-id.ts'

/** A call of the registry, ready to be signed. */
export interface TransactionRequest {
  readonly to: Address
  readonly data: `0x${string}`
  readonly nonce: number
  readonly maxFeePerGasWei: bigint
  readonly maxPriorityFeePerGasWei: bigint
  readonly gasLimit: bigint
}

/** The account's state, read at latest; `nonce` counts mined transactions. */
export interface Account {
  readonly address: Address
  readonly balanceWei: bigint
  readonly nonce: number
  /** What a transaction sent now should offer. */
  readonly maxFeePerGasWei: bigint
  readonly maxPriorityFeePerGasWei: bigint
}

/** A mined transaction. */
export interface TransactionReceipt {
  readonly hash: Bytes32
  readonly success: boolean
  readonly block: { readonly number: number; readonly hash: Bytes32 }
  readonly gasUsed: bigint
  readonly gasPriceWei: bigint
  readonly confirmations: number
}

/**
 * Holds one key and sends its transactions. Signing and sending are apart, so that the raw bytes are in the journal before
 * the network sees them.
 */
export interface Transactor {
  account(options?: CallOptions): Promise<Account>
  /** Deterministic for equal input (RFC 6979). */
  sign(request: TransactionRequest): Promise<{ raw: `0x${string}`; hash: Bytes32 }>
  /**
   * Broadcasts to every operator; sending what is already known is no error.
   *
   * @throws DomainSyncError `NONCE_TAKEN` when another transaction was mined at the nonce; `TX_UNDERPRICED` when the fees
   * are too low, for the network or to replace the one that waits at the nonce.
   */
  submit(raw: `0x${string}`, options?: CallOptions): Promise<void>
  /** `undefined` while it is not mined, or no longer. */
  receipt(hash: Bytes32, options?: CallOptions): Promise<TransactionReceipt | undefined>
}
