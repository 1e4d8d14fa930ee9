import { DomainSyncError } from '@domainsync/core'

/**
 * Refusals of proofs of the registry's state.
 *
 * - `PROOF_MALFORMED`: not the one form that a proof has, or with parts that nothing needs.
 * - `PROOF_INCOMPLETE`: a node of the chain's state is missing, or its bytes are others.
 * - `PROOF_FIELD_MISMATCH`: made for another domain, chain or registry than the reader asks about.
 * - `PROOF_BLOCK_MISMATCH`: made of another block than the reader names.
 * - `PROOF_REGISTRY_ABSENT`: at that block there was nothing at the registry's address.
 * - `BLOCK_HASH_INVALID`: what the reader names as a block's hash is none.
 * - `PROOF_UNAVAILABLE`: no operator gave a proof of that block.
 */
export type ProofErrorCode =
  | 'PROOF_MALFORMED'
  | 'PROOF_INCOMPLETE'
  | 'PROOF_FIELD_MISMATCH'
  | 'PROOF_BLOCK_MISMATCH'
  | 'PROOF_REGISTRY_ABSENT'
  | 'PROOF_UNAVAILABLE'
  | 'BLOCK_HASH_INVALID'

/** See {@link ProofErrorCode}. */
export class ProofError extends DomainSyncError {
  declare readonly code: ProofErrorCode

  constructor(code: ProofErrorCode, message: string, cause?: unknown) {
    super(code, message, { cause, retryable: code === 'PROOF_UNAVAILABLE' })
  }
}
