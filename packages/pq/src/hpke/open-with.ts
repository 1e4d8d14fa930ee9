import { checkBytes } from '../check-bytes.ts'
import { derivePrivateKey } from './derive-private-key.ts'
import { openingFailed } from './hpke-error.ts'
import type { HpkeSuite } from './hpke-suite.ts'
import { checkRecipientSeed } from './recipient-key.ts'
import type { Sealed } from './seal-to.ts'

/** What {@link openWith} opens; `info` and `aad` as they were sealed. */
export interface OpenInput extends Sealed {
  readonly suite: HpkeSuite
  readonly info?: Uint8Array
  readonly aad?: Uint8Array
}

/**
 * The plaintext of what was sealed to the key of a seed (HPKE `OpenBase`, RFC 9180 §6.1).
 *
 * @throws PqError `HPKE_OPEN_FAILED`, `PQ_INPUT_TYPE`, `PQ_SEED_LENGTH`, `HPKE_UNAVAILABLE`
 */
export async function openWith(
  seed: Uint8Array,
  { suite, encapsulated, ciphertext, info = new Uint8Array(), aad = new Uint8Array() }: OpenInput,
): Promise<Uint8Array> {
  checkRecipientSeed(seed)
  checkBytes(encapsulated, { what: 'an encapsulated key' })
  checkBytes(ciphertext, { what: 'a ciphertext' })
  checkBytes(info, { what: 'the info' })
  checkBytes(aad, { what: 'the associated data' })
  try {
    const key = await suite.cipher.DeserializePrivateKey(await derivePrivateKey(suite.kem, seed))
    return await suite.cipher.Open(key, encapsulated, ciphertext, { info, aad })
  } catch (cause) {
    throw openingFailed(cause)
  }
}
