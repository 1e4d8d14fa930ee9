import { checkBytes } from './check-bytes.ts'
import { ML_KEM_CIPHERTEXT_BYTES, ML_KEM_ENCAPSULATION_KEY_BYTES, ML_KEM_SEED_BYTES } from './ml-kem.ts'
import { PqError } from './pq-error.ts'

/** @throws PqError `PQ_INPUT_TYPE`, `PQ_SEED_LENGTH` */
export function checkKemSeed(seed: Uint8Array): void {
  checkBytes(seed, { what: 'an ML-KEM seed', length: ML_KEM_SEED_BYTES, code: 'PQ_SEED_LENGTH' })
}

/** @throws PqError `PQ_INPUT_TYPE`, `PQ_KEY_MALFORMED` */
export function checkEncapsulationKey(key: Uint8Array): void {
  checkBytes(key, { what: 'an ML-KEM-1024 encapsulation key', length: ML_KEM_ENCAPSULATION_KEY_BYTES })
}

/** @throws PqError `PQ_INPUT_TYPE`, `PQ_CIPHERTEXT_LENGTH` */
export function checkCiphertext(ciphertext: Uint8Array): void {
  const what = 'an ML-KEM-1024 ciphertext'
  checkBytes(ciphertext, { what, length: ML_KEM_CIPHERTEXT_BYTES, code: 'PQ_CIPHERTEXT_LENGTH' })
}

/** Of a key of the right length with a number in it that is not below the modulus (FIPS 203 §7.2). */
export function notAnEncapsulationKey(cause: unknown): PqError {
  return new PqError('PQ_KEY_MALFORMED', 'These bytes are no ML-KEM-1024 encapsulation key.', { cause })
}
