import { checkBytes } from '../check-bytes.ts'
import { sealingFailed } from './hpke-error.ts'
import type { HpkeSuite } from './hpke-suite.ts'

/** What {@link sealTo} encrypts, and what it binds that to. */
export interface SealInput {
  readonly suite: HpkeSuite
  readonly plaintext: Uint8Array
  /** What the key is for; who opens has to say the same. Empty when left out. */
  readonly info?: Uint8Array
  /** Authenticated, not encrypted, not sent along. Empty when left out. */
  readonly aad?: Uint8Array
}

/** A sealed plaintext. */
export interface Sealed {
  /** The KEM's part: 1,665 bytes of the hybrid, 1,568 of the pure one. */
  readonly encapsulated: Uint8Array
  /** 16 bytes longer than the plaintext. */
  readonly ciphertext: Uint8Array
}

/**
 * Encrypts to a recipient (HPKE `SealBase`, RFC 9180 §6.1).
 *
 * Warning: base mode has no sender. Anyone can seal to a public key, so what has to come from someone is signed as well.
 *
 * @throws PqError `HPKE_KEY_MALFORMED`, `PQ_INPUT_TYPE`, `HPKE_UNAVAILABLE`
 */
export async function sealTo(
  publicKey: Uint8Array,
  { suite, plaintext, info = new Uint8Array(), aad = new Uint8Array() }: SealInput,
): Promise<Sealed> {
  const { kem, cipher } = suite
  const what = `a public key of ${kem.name}`
  checkBytes(publicKey, { what, length: kem.publicKeyBytes, code: 'HPKE_KEY_MALFORMED' })
  checkBytes(plaintext, { what: 'a plaintext' })
  checkBytes(info, { what: 'the info' })
  checkBytes(aad, { what: 'the associated data' })
  try {
    const key = await cipher.DeserializePublicKey(publicKey)
    const { encapsulatedSecret, ciphertext } = await cipher.Seal(key, plaintext, { info, aad })
    return { encapsulated: encapsulatedSecret, ciphertext }
  } catch (cause) {
    throw sealingFailed(cause)
  }
}
