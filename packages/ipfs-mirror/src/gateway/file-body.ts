import { RAW } from '@domainsync/core'
import { fileChunks } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import type { BufferPool } from './buffer-pool.ts'
import type { ByteRange } from './conditional.ts'
import type { StoredBlocks } from './stored-blocks.ts'

/** Blocks that a reader, however slow, holds in memory: the one being sent and the next one. */
const READ_AHEAD = 2
/** Smaller ones are not worth a buffer of the pool. */
const MIN_POOLED_BYTES = 64 * 1024

/** A file's bytes, or a range of them, piece by piece. A piece is overwritten once the next one is asked for. */
export async function* fileBody(
  cid: CID,
  { source, pool, range }: { source: StoredBlocks; pool: BufferPool; range?: ByteRange | undefined },
): AsyncGenerator<Uint8Array> {
  const pooled = new Set<ArrayBufferLike>()
  const memory = (sizeBytes: number) => {
    if (sizeBytes < MIN_POOLED_BYTES) return new Uint8Array(sizeBytes)
    const bytes = pool.take(sizeBytes)
    pooled.add(bytes.buffer)
    return bytes
  }
  // Raw blocks alone: what is decoded from others goes on pointing into them.
  const load = (wanted: CID) => source.get(wanted, wanted.code === RAW ? { memory } : {})
  const part = range && { offset: range.fromByte, length: range.toByte - range.fromByte + 1 }
  for await (const piece of fileChunks(cid, load, { ...part, readAhead: READ_AHEAD })) {
    yield piece
    // Not when the reader goes early: a read may be under way into the others, a send out of this one.
    if (pooled.delete(piece.buffer)) pool.give(piece)
  }
}
