import type { Bytes32 } from '@domainsync/core'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js'
import { ML_DSA_PUBLIC_KEY_BYTES } from './ml-dsa.ts'
import { PqError } from './pq-error.ts'

/** DER in front of every ML-DSA-87 public key: algorithm id-ml-dsa-87, no parameters, bit string (RFC 9881 §2, §4). */
export const ML_DSA_SPKI_PREFIX = hexToBytes('30820a32300b060960864801650304031303820a2100')

/** Bytes of the SubjectPublicKeyInfo of an ML-DSA-87 key. */
export const SPKI_BYTES = ML_DSA_SPKI_PREFIX.length + ML_DSA_PUBLIC_KEY_BYTES

/**
 * The 2,614-byte SubjectPublicKeyInfo of a raw 2,592-byte ML-DSA-87 public key (RFC 9881).
 *
 * @throws PqError `PQ_KEY_MALFORMED`
 */
export function encodeSpki(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== ML_DSA_PUBLIC_KEY_BYTES) {
    throw malformed(`an ML-DSA-87 public key has ${ML_DSA_PUBLIC_KEY_BYTES} bytes, this one has ${publicKey.length}`)
  }
  return concatBytes(ML_DSA_SPKI_PREFIX, publicKey)
}

/**
 * The raw 2,592-byte key in a SubjectPublicKeyInfo; only ML-DSA-87's DER form is read.
 *
 * @throws PqError `PQ_KEY_MALFORMED`
 */
export function decodeSpki(spki: Uint8Array): Uint8Array {
  if (spki.length !== SPKI_BYTES) throw malformed(`it has ${spki.length} bytes instead of ${SPKI_BYTES}`)
  if (ML_DSA_SPKI_PREFIX.some((byte, index) => spki[index] !== byte))
    throw malformed('it does not start as an ML-DSA-87 key does')
  return spki.slice(ML_DSA_SPKI_PREFIX.length)
}

/** SHA-256 of a SubjectPublicKeyInfo as it stands on chain: `pqKeyHash`. */
export function spkiHash(spki: Uint8Array): Bytes32 {
  return `0x${spkiKeyId(spki)}`
}

/** SHA-256 of a SubjectPublicKeyInfo as an envelope names it: 64 hex digits without `0x`. */
export function spkiKeyId(spki: Uint8Array): string {
  return bytesToHex(sha256(spki))
}

function malformed(what: string): PqError {
  return new PqError('PQ_KEY_MALFORMED', `The post-quantum public key cannot be read: ${what}.`)
}
