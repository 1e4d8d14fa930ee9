import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { checkMessage, checkSeed, checkVerifyInput } from '../check-ml-dsa-input.ts'
import type { MlDsaBackend } from '../ml-dsa.ts'
import { decodeSpki, ML_DSA_SPKI_PREFIX, spkiKeyId } from '../spki.ts'
import { createPublicKeyCache } from './public-key-cache.ts'

/** DER in front of the seed in the seed-only PKCS #8 form of ML-DSA-87 (RFC 9881 §6). */
const PKCS8_PREFIX = Buffer.from('3034020100300b060960864801650304031304228020', 'hex')

const signAsync = promisify(sign)
const publicKeyOf = createPublicKeyCache(ML_DSA_SPKI_PREFIX)

/** ML-DSA-87 of Node's own OpenSSL 3.5: signing runs on the thread pool. */
export const nativeMlDsa: MlDsaBackend = {
  name: 'native',

  signer(seed) {
    checkSeed(seed)
    const privateKey = readSeed(seed)
    const spki = new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }))
    return {
      publicKey: decodeSpki(spki),
      spki,
      keyId: spkiKeyId(spki),
      async sign(message) {
        checkMessage(message)
        return new Uint8Array(await signAsync(null, message, privateKey))
      },
    }
  },

  verify(signature, claim) {
    checkVerifyInput(signature, claim)
    const { message, publicKey, context } = claim
    const key = publicKeyOf(publicKey)
    return verify(null, message, context === undefined ? key : { key, context }, signature)
  },
}

/** Whether this Node has it, contexts included: the first Nodes with ML-DSA took no notice of them. May throw for no. */
export function nativeMlDsaWorks(): boolean {
  const privateKey = readSeed(new Uint8Array(32))
  const key = createPublicKey(privateKey)
  const message = new Uint8Array(1)
  const signature = sign(null, message, privateKey)
  return verify(null, message, key, signature) && !verify(null, message, { key, context: message }, signature)
}

function readSeed(seed: Uint8Array): KeyObject {
  const pkcs8 = Buffer.concat([PKCS8_PREFIX, seed])
  try {
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  } finally {
    pkcs8.fill(0)
  }
}
