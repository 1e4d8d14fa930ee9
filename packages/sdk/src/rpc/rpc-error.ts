import { DomainSyncError, type ErrorDetails } from '@domainsync/core'

/**
 * Refusals of chain reads and writes.
 *
 * - `RPC_URL_INVALID`, `REGISTRY_INVALID`: not an http(s) URL, not an address.
 * - `RPC_UNREACHABLE`, `RPC_TIMEOUT`, `RPC_HTTP`, `RPC_RATE_LIMITED`: the operator did not answer.
 * - `RPC_ERROR`: it answered with a JSON-RPC error. `RPC_MALFORMED`: with something that is no answer.
 * - `CHAIN_ID_MISMATCH`, `REGISTRY_NO_CODE`, `NODE_MISMATCH`: it answers for another chain, contract or name.
 * - `BLOCK_UNKNOWN`: it does not have the block, or no longer. `CHAIN_STALE`: its newest block is too old.
 * - `RPC_NO_QUORUM`: too few operators say the same. `QUORUM_INVALID`: the quorum asked for can never be one.
 */
export type ChainErrorCode =
  | 'RPC_URL_INVALID'
  | 'REGISTRY_INVALID'
  | 'RPC_UNREACHABLE'
  | 'RPC_TIMEOUT'
  | 'RPC_HTTP'
  | 'RPC_RATE_LIMITED'
  | 'RPC_ERROR'
  | 'RPC_MALFORMED'
  | 'CHAIN_ID_MISMATCH'
  | 'REGISTRY_NO_CODE'
  | 'NODE_MISMATCH'
  | 'BLOCK_UNKNOWN'
  | 'CHAIN_STALE'
  | 'RPC_NO_QUORUM'
  | 'QUORUM_INVALID'

export interface ChainErrorDetails extends ErrorDetails {
  /** The JSON-RPC error's number. */
  rpcCode?: number | undefined
  /** The revert's data, when the operator sent it. */
  data?: `0x${string}` | undefined
}

/** See {@link ChainErrorCode}. */
export class ChainError extends DomainSyncError {
  declare readonly code: ChainErrorCode
  readonly rpcCode: number | undefined
  readonly data: `0x${string}` | undefined

  constructor(code: ChainErrorCode, message: string, details: ChainErrorDetails = {}) {
    super(code, message, details)
    this.rpcCode = details.rpcCode
    this.data = details.data
  }
}
