import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { CID } from 'multiformats/cid'

/** DAG-CBOR of `{ roots: […], version: 1 }`: a map of two, text of 5 and of 7. */
const START = concatBytes(Uint8Array.of(0xa2, 0x65), utf8ToBytes('roots'))
const END = concatBytes(Uint8Array.of(0x67), utf8ToBytes('version'), Uint8Array.of(1))
/** Longest list, and shortest byte string, whose length is not in their first byte. */
const SHORT = 24
/** CIDv1 with a 32-byte digest, and what stands before it. */
const CID_BYTES = 36
const LINK_BYTES = 5

/** The header of a CARv1 (IPLD, "CARv1 specification"), without its length: of at most 23 roots. */
export function encodeCarHeader(roots: readonly CID[]): Uint8Array {
  if (roots.length >= SHORT) throw new TypeError(`a CAR of ours has less than ${SHORT} roots`)
  return concatBytes(START, Uint8Array.of(0x80 + roots.length), ...roots.map(encodeLink), END)
}

/** Tag 42 and a byte string of 0 and the CID. */
function encodeLink({ bytes }: CID): Uint8Array {
  const length = bytes.length + 1
  const string = length < SHORT ? Uint8Array.of(0x40 + length) : Uint8Array.of(0x58, length)
  return concatBytes(Uint8Array.of(0xd8, 0x2a), string, Uint8Array.of(0), bytes)
}

/** The roots of a header, each CIDv1 with a 32-byte digest; `undefined` for any other bytes. */
export function decodeCarHeader(header: Uint8Array): readonly CID[] | undefined {
  const count = (header[START.length] ?? 0) - 0x80
  const roots: CID[] = []
  try {
    for (let at = START.length + 1 + LINK_BYTES; roots.length < count; at += LINK_BYTES + CID_BYTES) {
      roots.push(CID.decode(header.slice(at, at + CID_BYTES)))
    }
    const again = encodeCarHeader(roots)
    return again.length === header.length && again.every((byte, at) => byte === header[at]) ? roots : undefined
  } catch {
    return undefined
  }
}
