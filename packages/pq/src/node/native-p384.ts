import { createECDH } from 'node:crypto'
import { P384_SECRET_BYTES, type P384Backend } from '../p384.ts'

/** P-384 of Node's own OpenSSL. */
export const nativeP384: P384Backend = {
  name: 'native',

  publicKey(secretKey) {
    const ecdh = createECDH('secp384r1')
    ecdh.setPrivateKey(secretKey)
    return new Uint8Array(ecdh.getPublicKey())
  },

  agree(secretKey, publicKey) {
    const ecdh = createECDH('secp384r1')
    ecdh.setPrivateKey(secretKey)
    return new Uint8Array(ecdh.computeSecret(publicKey))
  },

  generate() {
    const ecdh = createECDH('secp384r1')
    ecdh.generateKeys()
    // Node leaves leading zeros out.
    const secretKey = new Uint8Array(P384_SECRET_BYTES)
    const short = ecdh.getPrivateKey()
    secretKey.set(short, P384_SECRET_BYTES - short.length)
    return secretKey
  },
}
