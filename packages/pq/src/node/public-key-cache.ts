import { createPublicKey, type KeyObject } from 'node:crypto'

/** Keys that are kept read: a reader meets a few, over and over. */
const KEPT = 8

/**
 * Reads raw public keys of one algorithm, given the DER in front of them. Reading one takes longer than encapsulating to it
 * and an eighth of verifying with it, so the last {@link KEPT} stay read. They are found by their bytes: an array whose
 * bytes change is another key.
 */
export function createPublicKeyCache(spkiPrefix: Uint8Array): (publicKey: Uint8Array) => KeyObject {
  const kept: { readonly spki: Buffer; readonly key: KeyObject }[] = []
  return (publicKey) => {
    const at = kept.findIndex(({ spki }) => spki.compare(publicKey, 0, publicKey.length, spkiPrefix.length) === 0)
    if (at === 0) return kept[0]!.key
    const found = at < 0 ? read(spkiPrefix, publicKey) : kept.splice(at, 1)[0]!
    kept.unshift(found)
    if (kept.length > KEPT) kept.pop()
    return found.key
  }
}

function read(spkiPrefix: Uint8Array, publicKey: Uint8Array): { spki: Buffer; key: KeyObject } {
  const spki = Buffer.concat([spkiPrefix, publicKey])
  return { spki, key: createPublicKey({ key: spki, format: 'der', type: 'spki' }) }
}
