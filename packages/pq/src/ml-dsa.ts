/** Bytes of an ML-DSA seed, `ξ` of FIPS 204 §5.1: the whole private key. */
export const ML_DSA_SEED_BYTES = 32
/** Bytes of an ML-DSA-87 public key (FIPS 204 §4, table 2). */
export const ML_DSA_PUBLIC_KEY_BYTES = 2592
/** Bytes of an ML-DSA-87 signature (FIPS 204 §4, table 2). */
export const ML_DSA_SIGNATURE_BYTES = 4627
/** Most bytes of a context (FIPS 204 §5.2). */
export const ML_DSA_CONTEXT_MAX_BYTES = 255

/** What a signature is checked against. */
export interface MlDsaClaim {
  readonly message: Uint8Array
  /** The raw key, {@link ML_DSA_PUBLIC_KEY_BYTES} long, not its SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  /** FIPS 204 context, at most {@link ML_DSA_CONTEXT_MAX_BYTES}; empty when left out, as in every release. */
  readonly context?: Uint8Array
}

/**
 * ML-DSA-87 verification (FIPS 204 §5.3, pure). A signature of any wrong length is `false`.
 *
 * @throws PqError `PQ_INPUT_TYPE`, `PQ_KEY_MALFORMED`, `PQ_CONTEXT_LENGTH`
 */
export type MlDsaVerify = (signature: Uint8Array, claim: MlDsaClaim) => boolean

/** Signs releases with one ML-DSA-87 key, wherever that key is. */
export interface ReleaseSigner {
  /** The raw key, {@link ML_DSA_PUBLIC_KEY_BYTES} long. */
  readonly publicKey: Uint8Array
  /** The key as a 2,614-byte SubjectPublicKeyInfo: the release's `pq.spki`. */
  readonly spki: Uint8Array
  /** SHA-256 of {@link spki}, 64 hex digits without `0x`: the signature's `keyid`, the chain's `pqKeyHash`. */
  readonly keyId: string
  /** A hedged ML-DSA-87 signature (FIPS 204 §5.2, pure) under the empty context, {@link ML_DSA_SIGNATURE_BYTES} long. */
  sign(message: Uint8Array): Promise<Uint8Array>
}

/**
 * One implementation of ML-DSA-87 (FIPS 204; its draft was Dilithium-5, which it does not interoperate with). All of them are interchangeable: same keys, each accepts the
 * other's signatures.
 */
export interface MlDsaBackend {
  readonly name: string
  /**
   * A signer whose key is held in memory.
   *
   * @throws PqError `PQ_INPUT_TYPE`, `PQ_SEED_LENGTH`
   */
  signer(seed: Uint8Array): ReleaseSigner
  readonly verify: MlDsaVerify
}
