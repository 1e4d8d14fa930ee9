import { ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { checkMessage, checkSeed, checkVerifyInput } from './check-ml-dsa-input.ts'
import type { MlDsaBackend } from './ml-dsa.ts'
import { encodeSpki, spkiKeyId } from './spki.ts'

const EMPTY = new Uint8Array(0)

/**
 * ML-DSA-87 in JavaScript, for browsers and any Node.
 *
 * Warning: not constant time. Sign with the native one where others can measure the machine.
 */
export const nobleMlDsa: MlDsaBackend = {
  name: 'noble',

  signer(seed) {
    checkSeed(seed)
    const { publicKey, secretKey } = ml_dsa87.keygen(seed)
    const spki = encodeSpki(publicKey)
    return {
      publicKey,
      spki,
      keyId: spkiKeyId(spki),
      async sign(message) {
        checkMessage(message)
        return ml_dsa87.sign(message, secretKey)
      },
    }
  },

  verify(signature, claim) {
    checkVerifyInput(signature, claim)
    const { message, publicKey, context = EMPTY } = claim
    return ml_dsa87.verify(signature, message, publicKey, { context })
  },
}
