import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { checkClaim, checkSeed } from '../check-ml-dsa-input.ts'
import type { MlDsaBackend } from '../ml-dsa.ts'
import { decodeSpki, encodeSpki, spkiKeyId } from '../spki.ts'

/** DER in front of the seed in the seed-only PKCS #8 form of ML-DSA-87 (RFC 9881 §6). */
const PKCS8_PREFIX = Buffer.from('3034020100300b060960864801650304031304228020', 'hex')

const signAsync = promisify(sign)

/** ML-DSA-87 of Node's own OpenSSL 3.5: signing runs on the thread pool. */
export const nativeMlDsa: MlDsaBackend = {
  name: 'native',

  signer(seed) {
    checkSeed(seed)
    const pkcs8 = Buffer.concat([PKCS8_PREFIX, seed])
    const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    pkcs8.fill(0)
    const spki = new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }))
    return {
      publicKey: decodeSpki(spki),
      spki,
      keyId: spkiKeyId(spki),
      sign: async (message) => new Uint8Array(await signAsync(null, message, privateKey)),
    }
  },

  verify(signature, claim) {
    checkClaim(claim)
    const { message, publicKey, context } = claim
    const key = createPublicKey({ key: Buffer.from(encodeSpki(publicKey)), format: 'der', type: 'spki' })
    return verify(null, message, context === undefined ? key : { key, context }, signature)
  },
}
