import { ml_kem1024 } from '@noble/post-quantum/ml-kem.js'
import { checkCiphertext, checkEncapsulationKey, checkKemSeed, notAnEncapsulationKey } from './check-ml-kem-input.ts'
import type { MlKemBackend, MlKemEncapsulation } from './ml-kem.ts'

/**
 * ML-KEM-1024 in JavaScript, for browsers and any Node.
 *
 * Warning: not constant time. Decapsulate with the native one where others can measure the machine.
 */
export const nobleMlKem: MlKemBackend = {
  name: 'noble',

  decapsulator(seed) {
    checkKemSeed(seed)
    const { publicKey, secretKey } = ml_kem1024.keygen(seed)
    return {
      encapsulationKey: publicKey.slice(),
      decapsulate(ciphertext) {
        checkCiphertext(ciphertext)
        // The library's secret is a view into a longer buffer that holds other secrets.
        return ml_kem1024.decapsulate(ciphertext, secretKey).slice()
      },
    }
  },

  encapsulate(encapsulationKey): MlKemEncapsulation {
    checkEncapsulationKey(encapsulationKey)
    try {
      const { sharedSecret, cipherText } = ml_kem1024.encapsulate(encapsulationKey)
      return { sharedSecret: sharedSecret.slice(), ciphertext: cipherText.slice() }
    } catch (cause) {
      throw notAnEncapsulationKey(cause)
    }
  },
}
