import type { Address } from '@domainsync/core'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToNumberBE } from '@noble/curves/utils.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** Bytes of an account's signature: r, s, v. */
const SIGNATURE_BYTES = 65
/** Added to the recovery bit by every Ethereum wallet (yellow paper, appendix F). */
const V_OFFSET = 27

/** The hash that `personal_sign` signs (EIP-191, version 0x45). */
export function eip191Hash(text: string): Uint8Array {
  const message = utf8ToBytes(text)
  return keccak_256(concatBytes(utf8ToBytes(`\x19Ethereum Signed Message:\n${message.length}`), message))
}

/**
 * The account that signed a text, or `undefined` when the signature is none. One spelling only: 65 bytes, v 27 or 28, s in
 * the lower half (EIP-2), so nobody can turn a signature into another valid one.
 */
export function recoverEip191(text: string, signature: Uint8Array): Address | undefined {
  const v = signature[SIGNATURE_BYTES - 1]
  if (signature.length !== SIGNATURE_BYTES || (v !== V_OFFSET && v !== V_OFFSET + 1)) return undefined
  try {
    const parsed = new secp256k1.Signature(
      bytesToNumberBE(signature.subarray(0, 32)),
      bytesToNumberBE(signature.subarray(32, 64)),
      v - V_OFFSET,
    )
    if (parsed.hasHighS()) return undefined
    return addressOfPoint(parsed.recoverPublicKey(eip191Hash(text)).toBytes(false))
  } catch {
    return undefined
  }
}

/** The address of a 32-byte private key; `undefined` when it is none. */
export function accountAddress(privateKey: Uint8Array): Address | undefined {
  return secp256k1.utils.isValidSecretKey(privateKey)
    ? addressOfPoint(secp256k1.getPublicKey(privateKey, false))
    : undefined
}

/** Of an uncompressed point, `04` in front. */
function addressOfPoint(point: Uint8Array): Address {
  return `0x${bytesToHex(keccak_256(point.subarray(1))).slice(-40)}`
}
