import { shake256 } from '@noble/hashes/sha3.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { I2OSP, LabeledDerive } from 'hpke'
import type { KemScheme } from './kem-scheme.ts'

const SHAKE256 = { Derive: async (ikm: Uint8Array, length: number) => shake256(ikm, { dkLen: length }) }

/** HPKE's `DeriveKeyPair` (RFC 9180 §7.1.3, draft-ietf-hpke-pq §3): the private key of some input keying material. */
export function derivePrivateKey({ id, privateKeyBytes }: KemScheme, ikm: Uint8Array): Promise<Uint8Array> {
  const suiteId = concatBytes(utf8ToBytes('KEM'), I2OSP(id, 2))
  return LabeledDerive(SHAKE256, suiteId, ikm, utf8ToBytes('DeriveKeyPair'), new Uint8Array(), privateKeyBytes)
}
