import { decodeNode } from '@domainsync/sdk'
import type { Block } from '../store/block-store.ts'
import type { ByteRange } from './conditional.ts'
import type { StoredBlocks } from './stored-blocks.ts'

/** Levels of a chunked file; 1,024 links a block make 1 TiB with three. */
const MAX_DEPTH = 16

/** The blocks of a file that a range needs, depth first, the given one first. */
export async function* fileBlocks(
  block: Block,
  { source, range, depth = 0 }: { source: StoredBlocks; range?: ByteRange | undefined; depth?: number },
): AsyncGenerator<Block> {
  yield block
  const node = decodeNode(block.cid, block.bytes)
  if (node.kind !== 'file' || depth === MAX_DEPTH) return
  const { fromByte, toByte } = range ?? { fromByte: 0, toByte: Number.MAX_SAFE_INTEGER }
  let start = node.data.length
  for (const { cid, sizeBytes } of node.parts) {
    const inner = { fromByte: fromByte - start, toByte: toByte - start }
    start += sizeBytes
    if (sizeBytes === 0 || inner.toByte < 0 || inner.fromByte >= sizeBytes) continue
    yield* fileBlocks({ cid, bytes: await source.get(cid) }, { source, range: inner, depth: depth + 1 })
  }
}
