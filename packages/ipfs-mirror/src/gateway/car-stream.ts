import { CarBufferWriter } from '@ipld/car'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import type { Block } from '../store/block-store.ts'

/** CARv1 bytes of the given blocks, under the given root. A failing block makes the stream fail: it never just ends. */
export async function* carStream(root: CID, blocks: AsyncIterable<Block>): AsyncGenerator<Uint8Array> {
  yield carHeader(root)
  for await (const { cid, bytes } of blocks) {
    const length = cid.bytes.length + bytes.length
    const prefix = varint.encodingLength(length)
    const section = new Uint8Array(prefix + length)
    varint.encodeTo(length, section)
    section.set(cid.bytes, prefix)
    section.set(bytes, prefix + cid.bytes.length)
    yield section
  }
}

function carHeader(root: CID): Uint8Array {
  const roots = [root]
  const buffer = new ArrayBuffer(CarBufferWriter.headerLength({ roots }))
  return CarBufferWriter.createWriter(buffer, { roots }).close()
}
