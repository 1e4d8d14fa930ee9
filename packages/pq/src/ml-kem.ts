/** Bytes of an ML-KEM seed, `d ‖ z` of FIPS 203 §7.1: the whole decapsulation key. */
export const ML_KEM_SEED_BYTES = 64
/** Bytes of an ML-KEM-1024 encapsulation key, the public one (FIPS 203 §8, table 3). */
export const ML_KEM_ENCAPSULATION_KEY_BYTES = 1568
/** Bytes of an ML-KEM-1024 ciphertext (FIPS 203 §8, table 3). */
export const ML_KEM_CIPHERTEXT_BYTES = 1568
/** Bytes of a shared secret key of ML-KEM (FIPS 203 §8, table 3). */
export const ML_KEM_SHARED_SECRET_BYTES = 32

/** A shared secret, and what tells it to the holder of the decapsulation key. */
export interface MlKemEncapsulation {
  /** A copy, {@link ML_KEM_SHARED_SECRET_BYTES} long. */
  readonly sharedSecret: Uint8Array
  /** A copy, {@link ML_KEM_CIPHERTEXT_BYTES} long. */
  readonly ciphertext: Uint8Array
}

/** A decapsulation key that is held in memory. */
export interface MlKemDecapsulator {
  /** The public key, {@link ML_KEM_ENCAPSULATION_KEY_BYTES} long. */
  readonly encapsulationKey: Uint8Array
  /**
   * The shared secret of a ciphertext (FIPS 203 §7.3), a copy.
   *
   * Warning: a ciphertext that was changed is not refused; it gives another secret (implicit rejection), so what is
   * encrypted under the secret has to be authenticated.
   *
   * @throws PqError `PQ_INPUT_TYPE`, `PQ_CIPHERTEXT_LENGTH`
   */
  decapsulate(ciphertext: Uint8Array): Uint8Array
}

/**
 * One implementation of ML-KEM-1024 (FIPS 203; its draft was Kyber-1024, which it does not interoperate with). All of them
 * are interchangeable: same keys, each opens what another encapsulated.
 */
export interface MlKemBackend {
  readonly name: string
  /** @throws PqError `PQ_INPUT_TYPE`, `PQ_SEED_LENGTH` */
  decapsulator(seed: Uint8Array): MlKemDecapsulator
  /**
   * A new shared secret for the holder of a key (FIPS 203 §7.2), which is checked as §7.2 asks.
   *
   * @throws PqError `PQ_INPUT_TYPE`, `PQ_KEY_MALFORMED`
   */
  encapsulate(encapsulationKey: Uint8Array): MlKemEncapsulation
}
