import { ML_KEM_CIPHERTEXT_BYTES, ML_KEM_ENCAPSULATION_KEY_BYTES, ML_KEM_SEED_BYTES } from '../ml-kem.ts'
import type { KemBackend } from './kem-backend.ts'
import type { KemScheme } from './kem-scheme.ts'

/** ML-KEM-1024 alone (draft-ietf-hpke-pq §3). */
export function mlKem1024({ mlKem }: KemBackend): KemScheme {
  return {
    id: 0x0042,
    name: 'ML-KEM-1024',
    publicKeyBytes: ML_KEM_ENCAPSULATION_KEY_BYTES,
    encapsulatedBytes: ML_KEM_CIPHERTEXT_BYTES,
    privateKeyBytes: ML_KEM_SEED_BYTES,

    decapsulator(privateKey) {
      const { encapsulationKey, decapsulate } = mlKem.decapsulator(privateKey)
      return { publicKey: encapsulationKey, decapsulate }
    },

    encapsulate(publicKey) {
      const { sharedSecret, ciphertext } = mlKem.encapsulate(publicKey)
      return { sharedSecret, encapsulated: ciphertext }
    },
  }
}
