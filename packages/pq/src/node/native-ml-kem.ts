// Not by name: a Node without them would not even load this file.
import crypto, { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { checkCiphertext, checkEncapsulationKey, checkKemSeed, notAnEncapsulationKey } from '../check-ml-kem-input.ts'
import { ML_KEM_SEED_BYTES, type MlKemBackend } from '../ml-kem.ts'
import { ownBytes } from './own-bytes.ts'
import { createPublicKeyCache } from './public-key-cache.ts'

/** DER in front of the seed in the seed-only PKCS #8 form of ML-KEM-1024 (draft-ietf-lamps-kyber-certificates §6). */
const PKCS8_PREFIX = Buffer.from('3054020100300b060960864801650304040304428040', 'hex')
/** DER in front of an ML-KEM-1024 public key (draft-ietf-lamps-kyber-certificates §4). */
const SPKI_PREFIX = Buffer.from('30820632300b06096086480165030404030382062100', 'hex')

const publicKeyOf = createPublicKeyCache(SPKI_PREFIX)

/** ML-KEM-1024 of Node's own OpenSSL 3.5. */
export const nativeMlKem: MlKemBackend = {
  name: 'native',

  decapsulator(seed) {
    checkKemSeed(seed)
    const key = readSeed(seed)
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
    return {
      encapsulationKey: new Uint8Array(spki.subarray(SPKI_PREFIX.length)),
      decapsulate(ciphertext) {
        checkCiphertext(ciphertext)
        return ownBytes(crypto.decapsulate(key, ciphertext))
      },
    }
  },

  encapsulate(encapsulationKey) {
    checkEncapsulationKey(encapsulationKey)
    const { sharedKey, ciphertext } = crypto.encapsulate(readPublicKey(encapsulationKey))
    return { sharedSecret: ownBytes(sharedKey), ciphertext: ownBytes(ciphertext) }
  },
}

/** Whether this Node has it. May throw for no. */
export function nativeMlKemWorks(): boolean {
  const key = readSeed(new Uint8Array(ML_KEM_SEED_BYTES))
  const { sharedKey, ciphertext } = crypto.encapsulate(createPublicKey(key))
  return crypto.decapsulate(key, ciphertext).equals(sharedKey)
}

function readSeed(seed: Uint8Array): KeyObject {
  const pkcs8 = Buffer.concat([PKCS8_PREFIX, seed])
  try {
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  } finally {
    pkcs8.fill(0)
  }
}

function readPublicKey(encapsulationKey: Uint8Array): KeyObject {
  try {
    return publicKeyOf(encapsulationKey)
  } catch (cause) {
    throw notAnEncapsulationKey(cause)
  }
}
