import { sha3_256, shake256 } from '@noble/hashes/sha3.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { ML_KEM_CIPHERTEXT_BYTES, ML_KEM_ENCAPSULATION_KEY_BYTES, ML_KEM_SEED_BYTES } from '../ml-kem.ts'
import { P384_POINT_BYTES, P384_SECRET_BYTES } from '../p384.ts'
import type { KemBackend } from './kem-backend.ts'
import type { KemScheme } from './kem-scheme.ts'

const NAME = 'MLKEM1024-P384'
const LABEL = utf8ToBytes(NAME)

/**
 * ML-KEM-1024 and ECDH over P-384 at once (draft-ietf-hpke-pq §4): it holds while either does. The public key, and what is
 * sent, is ML-KEM's with an uncompressed point behind.
 */
export function mlKem1024P384({ mlKem, p384 }: KemBackend): KemScheme {
  return {
    id: 0x0051,
    name: NAME,
    publicKeyBytes: ML_KEM_ENCAPSULATION_KEY_BYTES + P384_POINT_BYTES,
    encapsulatedBytes: ML_KEM_CIPHERTEXT_BYTES + P384_POINT_BYTES,
    privateKeyBytes: 32,

    decapsulator(privateKey) {
      const { seed, scalar } = expand(privateKey)
      const lattice = mlKem.decapsulator(seed)
      const point = p384.publicKey(scalar)
      return {
        publicKey: concatBytes(lattice.encapsulationKey, point),
        decapsulate(encapsulated) {
          const theirs = encapsulated.subarray(ML_KEM_CIPHERTEXT_BYTES)
          const first = lattice.decapsulate(encapsulated.subarray(0, ML_KEM_CIPHERTEXT_BYTES))
          return combine([first, p384.agree(scalar, theirs), theirs, point])
        },
      }
    },

    encapsulate(publicKey) {
      const point = publicKey.subarray(ML_KEM_ENCAPSULATION_KEY_BYTES)
      const lattice = mlKem.encapsulate(publicKey.subarray(0, ML_KEM_ENCAPSULATION_KEY_BYTES))
      const scalar = p384.generate()
      const ours = p384.publicKey(scalar)
      const sharedSecret = combine([lattice.sharedSecret, p384.agree(scalar, point), ours, point])
      scalar.fill(0)
      return { sharedSecret, encapsulated: concatBytes(lattice.ciphertext, ours) }
    },
  }
}

/** `expandDecapsKeyG` (draft-irtf-cfrg-hybrid-kems §5.1.1); of 2¹⁹⁰ private keys one gives no scalar, and is refused. */
function expand(privateKey: Uint8Array): { seed: Uint8Array; scalar: Uint8Array } {
  const bytes = shake256(privateKey, { dkLen: ML_KEM_SEED_BYTES + P384_SECRET_BYTES })
  return { seed: bytes.slice(0, ML_KEM_SEED_BYTES), scalar: bytes.slice(ML_KEM_SEED_BYTES) }
}

/** `C2PRICombiner` (draft-irtf-cfrg-hybrid-kems §5.1.3). */
function combine(parts: readonly Uint8Array[]): Uint8Array {
  return sha3_256(concatBytes(...parts, LABEL))
}
