import { concatBytes } from '@noble/hashes/utils.js'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import { encodeCarHeader } from './car-header.ts'

/** Small blocks are joined up to this size, so that a stream of them is not a stream of small writes; larger ones go by themselves. */
const PIECE_BYTES = 64 * 1024

/** A block as a CAR holds it. */
export interface CarBlock {
  readonly cid: CID
  readonly bytes: Uint8Array
}

/** CARv1 bytes of the given blocks, in their order, under these roots. A failing block makes the stream fail: it never just ends. */
export async function* carBytes(roots: readonly CID[], blocks: AsyncIterable<CarBlock>): AsyncGenerator<Uint8Array> {
  const header = encodeCarHeader(roots)
  let pieces: Uint8Array[] = [prefixOf(header.length), header]
  let sizeBytes = header.length
  for await (const { cid, bytes } of blocks) {
    const length = cid.bytes.length + bytes.length
    const isLarge = bytes.length >= PIECE_BYTES
    pieces.push(prefixOf(length), cid.bytes)
    if (!isLarge) pieces.push(bytes)
    sizeBytes += length
    if (sizeBytes < PIECE_BYTES) continue
    yield concatBytes(...pieces)
    // Copying it would cost as much as hashing it.
    if (isLarge) yield bytes
    pieces = []
    sizeBytes = 0
  }
  if (pieces.length > 0) yield concatBytes(...pieces)
}

function prefixOf(length: number): Uint8Array {
  return varint.encodeTo(length, new Uint8Array(varint.encodingLength(length)))
}
