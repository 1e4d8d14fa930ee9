import { concat, Signature, toBeHex } from 'ethers'

/** Order of the secp256k1 group (SEC 2, section 2.4.1). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** The other signature of the same key for the same digest: s is mirrored, which no honest signer does (EIP-2). */
export function malleableTwin(signature: string): string {
  const { r, s, v } = Signature.from(signature)
  return concat([r, toBeHex(ORDER - BigInt(s), 32), v === 27 ? '0x1c' : '0x1b'])
}
