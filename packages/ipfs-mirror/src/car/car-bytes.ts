import { CarBufferWriter } from '@ipld/car'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import type { Block } from '../store/block-store.ts'

/** Small pieces are joined up to this size, so that a stream of small blocks is not a stream of small writes. */
const PIECE_BYTES = 64 * 1024

/** CARv1 bytes of the given blocks, in their order, under one root. A failing block makes the stream fail: it never just ends. */
export async function* carBytes(root: CID, blocks: AsyncIterable<Block>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [header(root)]
  let sizeBytes = pieces[0]!.length
  for await (const { cid, bytes } of blocks) {
    const length = cid.bytes.length + bytes.length
    const prefix = varint.encodeTo(length, new Uint8Array(varint.encodingLength(length)))
    pieces.push(prefix, cid.bytes, bytes)
    sizeBytes += prefix.length + length
    if (sizeBytes < PIECE_BYTES) continue
    yield Buffer.concat(pieces, sizeBytes)
    pieces = []
    sizeBytes = 0
  }
  if (sizeBytes > 0) yield Buffer.concat(pieces, sizeBytes)
}

function header(root: CID): Uint8Array {
  const roots = [root]
  const buffer = new ArrayBuffer(CarBufferWriter.headerLength({ roots }))
  return CarBufferWriter.createWriter(buffer, { roots }).close()
}
