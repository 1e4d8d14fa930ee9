import type { BlockSource, CallOptions } from '@domainsync/core'
import { CarBufferWriter } from '@ipld/car'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import { walkDag } from './walk-dag.ts'

/** Small pieces are joined up to this size, so that a stream of small blocks is not a stream of small writes. */
const PIECE_BYTES = 64 * 1024

/**
 * The DAG as one CARv1: one root, every block once, depth first, parents first. Always the same bytes for the same root.
 * Every block is verified on its way; the errors are those of `walkDag`.
 */
export async function* writeCar(root: CID, source: BlockSource, options: CallOptions = {}): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [header(root)]
  let sizeBytes = pieces[0]!.length
  for await (const { cid, bytes } of walkDag(root, source, options)) {
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
  const writer = CarBufferWriter.createWriter(new ArrayBuffer(CarBufferWriter.headerLength({ roots: [root] })), {
    roots: [root],
  })
  return writer.close()
}
