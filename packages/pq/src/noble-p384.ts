import { p384 } from '@noble/curves/nist.js'
import type { P384Backend } from './p384.ts'

/**
 * P-384 in JavaScript, for browsers.
 *
 * Warning: not constant time.
 */
export const nobleP384: P384Backend = {
  name: 'noble',
  publicKey: (secretKey) => p384.getPublicKey(secretKey, false),
  // A compressed point: a sign, then x.
  agree: (secretKey, publicKey) => p384.getSharedSecret(secretKey, publicKey).slice(1),
  generate: () => p384.utils.randomSecretKey(),
}
