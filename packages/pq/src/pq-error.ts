import { DomainSyncError, type ErrorDetails } from '@domainsync/core'

/** Codes of {@link PqError}; none of them is mended by trying again. */
export type PqErrorCode =
  /** Not a `Uint8Array`. */
  | 'PQ_INPUT_TYPE'
  /** A seed of another length than the algorithm's: 32 bytes, 64 for ML-KEM. */
  | 'PQ_SEED_LENGTH'
  /** A seed that nobody drew at random. */
  | 'PQ_SEED_WEAK'
  /** A public key of a wrong length or form, or a SubjectPublicKeyInfo that is not one of ML-DSA-87. */
  | 'PQ_KEY_MALFORMED'
  /** A ciphertext that is not 1,568 bytes. */
  | 'PQ_CIPHERTEXT_LENGTH'
  /** A context longer than 255 bytes. */
  | 'PQ_CONTEXT_LENGTH'
  /** Not an envelope, or not in the one form this package writes. */
  | 'ENVELOPE_MALFORMED'
  /** More than the largest envelope a reader accepts. */
  | 'ENVELOPE_TOO_LARGE'
  /** Signed, but as something that is not a release. */
  | 'PAYLOAD_TYPE_UNEXPECTED'
  /** A release has exactly two signatures. */
  | 'SIGNATURE_COUNT'
  /** Signed with another ML-DSA-87 key than the one that is wanted: the chain names it. */
  | 'PQ_KEY_MISMATCH'
  | 'PQ_SIGNATURE_INVALID'
  /** Signed by another account than the one that is wanted: the chain names it. */
  | 'SIGNER_MISMATCH'
  | 'SIGNER_SIGNATURE_INVALID'
  /** Both signatures hold, but the statement is about something else than expected. */
  | 'RELEASE_FIELD_MISMATCH'
  /** Not a file of `publish --prepare` or `sign`. */
  | 'SIGNING_FILE_MALFORMED'
  /** A key has not signed the release yet. */
  | 'SIGNATURE_MISSING'
  /** Not a key rotation, or not in the one form that is signed. */
  | 'ROTATION_MALFORMED'
  /** Both signatures hold, but the rotation is about something else than expected. */
  | 'ROTATION_FIELD_MISMATCH'
  /** No chain of rotations leads from the key that the reader pinned to the one that the chain names. */
  | 'PQ_KEY_NOT_PINNED'
  | 'HPKE_SUITE_UNKNOWN'
  /** A recipient's public key of another suite, or of none. */
  | 'HPKE_KEY_MALFORMED'
  /** Sealed to another key, with other associated data or info, or changed since. */
  | 'HPKE_OPEN_FAILED'
  /** No WebCrypto here; browsers have it on `https:` pages only. */
  | 'HPKE_UNAVAILABLE'

/** What keys, signatures and envelopes fail with. */
export class PqError extends DomainSyncError {
  declare readonly code: PqErrorCode

  constructor(code: PqErrorCode, message: string, details: Omit<ErrorDetails, 'retryable'> = {}) {
    super(code, message, { ...details, retryable: false })
  }
}
