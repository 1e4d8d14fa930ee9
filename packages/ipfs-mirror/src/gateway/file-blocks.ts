import { decodeNode } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { CidMarks } from '../car/cid-marks.ts'
import { DagError } from '../car/dag-error.ts'
import type { Block } from '../store/block-store.ts'
import type { ByteRange } from './conditional.ts'
import type { StoredBlocks } from './stored-blocks.ts'

/** Levels of a chunked file; 1,024 links a block make 1 TiB with three. */
const MAX_DEPTH = 16

const SENT = 1
/** Sent, and all below it as well. */
const WHOLE = 2

interface Visit {
  readonly source: StoredBlocks
  readonly range: ByteRange
  readonly depth: number
  readonly marks: CidMarks
}

/**
 * The blocks of a file that a range needs, each once, depth first, the given one first.
 *
 * @throws DagError `DAG_TOO_LARGE` for a file of more levels than any needs
 */
export async function* fileBlocks(
  block: Block,
  { source, range }: { source: StoredBlocks; range?: ByteRange | undefined },
): AsyncGenerator<Block> {
  const all = { fromByte: 0, toByte: Number.MAX_SAFE_INTEGER }
  yield* visit(block, { source, range: range ?? all, depth: 0, marks: new CidMarks() })
}

/** A part that was sent whole is not walked again: a few blocks can stand for any number of parts. */
async function* visit(block: Block, { source, range, depth, marks }: Visit): AsyncGenerator<Block> {
  const isNew = marks.get(block.cid) === 0
  marks.set(block.cid, Math.max(SENT, marks.get(block.cid)))
  if (isNew) yield block
  const node = decodeNode(block.cid, block.bytes)
  if (node.kind !== 'file' || node.parts.length === 0) return
  if (depth === MAX_DEPTH) throw tooDeep(block.cid)
  let start = node.data.length
  for (const { cid, sizeBytes } of node.parts) {
    const inner = { fromByte: range.fromByte - start, toByte: range.toByte - start }
    start += sizeBytes
    if (sizeBytes === 0 || inner.toByte < 0 || inner.fromByte >= sizeBytes) continue
    const isWhole = inner.fromByte <= 0 && inner.toByte >= sizeBytes - 1
    if (isWhole && marks.get(cid) === WHOLE) continue
    yield* visit({ cid, bytes: await source.get(cid) }, { source, range: inner, depth: depth + 1, marks })
    if (isWhole) marks.set(cid, WHOLE)
  }
}

function tooDeep(cid: CID): DagError {
  return new DagError('DAG_TOO_LARGE', `A file is more than ${MAX_DEPTH} levels deep at ${cid}.`, { retryable: false })
}
