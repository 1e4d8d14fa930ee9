import type { BlockSource, CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { loadBlock } from '../blocks/load-block.ts'
import { DagError } from './dag-error.ts'
import { decodeNode, type FilePart } from './decode-node.ts'

/** Largest file that {@link readFileBytes} holds in memory unless told otherwise, in bytes: 64 MiB. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024
/** Levels of a chunked file; 1,024 links a block make 1 TiB with three. */
const MAX_FILE_DEPTH = 16
/** Blocks that are fetched ahead unless told otherwise, on all levels together. */
const READ_AHEAD = 8
/** Blocks that a file may take whatever it gives, and bytes that each further one has to give on average. */
const FREE_BLOCKS = 1024
const MIN_MEAN_BYTES = 1024
/** The same for links, which cost time to decode even when nothing lies behind them: what one block of 2 MiB can hold, and more. */
const FREE_LINKS = 65_536

export interface ReadFileOptions extends CallOptions {
  /** Refuses larger files before their bytes are fetched. */
  maxBytes?: number | undefined
  /** First byte wanted; 0 by default. */
  offset?: number | undefined
  /** Bytes wanted from there on; all by default. */
  length?: number | undefined
  /** Blocks that are fetched ahead, on all levels together; 8 by default. At least 1. */
  readAhead?: number | undefined
}

/**
 * A file's bytes in order, every block verified, a few fetched ahead. Flat in memory. With `offset` and `length` only the
 * blocks that hold the range are fetched.
 *
 * @throws DagError `NOT_A_FILE`, `FILE_TOO_LARGE` (for `maxBytes`), `DAG_TOO_LARGE` (its parts are tiny and many), `DAG_MALFORMED`
 * (also when a part is not as long as declared); BlockError
 */
export function readFileChunks(
  cid: CID,
  source: BlockSource,
  options: ReadFileOptions = {},
): AsyncIterable<Uint8Array> {
  return fileChunks(cid, (wanted, call) => loadBlock(wanted, source, call), options)
}

/** Gives a block's bytes, which are the CID's. */
export type LoadBlock = (cid: CID, call: CallOptions) => Promise<Uint8Array>

/** {@link readFileChunks} for who has verified the blocks already. */
export async function* fileChunks(
  cid: CID,
  loadVerified: LoadBlock,
  {
    maxBytes = Number.MAX_SAFE_INTEGER,
    offset = 0,
    length = Number.MAX_SAFE_INTEGER,
    readAhead = READ_AHEAD,
    ...call
  }: ReadFileOptions = {},
): AsyncIterable<Uint8Array> {
  const stop = new AbortController()
  const signal = call.signal ? AbortSignal.any([call.signal, stop.signal]) : stop.signal
  const done = { blocks: 0, links: 0, bytes: 0, ahead: 0 }
  const load = (wanted: CID) => {
    if (++done.blocks > FREE_BLOCKS + done.bytes / MIN_MEAN_BYTES) throw tooManyBlocks(cid)
    return loadVerified(wanted, { ...call, signal })
  }
  try {
    const root = { cid, bytes: await load(cid) }
    const range = { from: offset, to: offset + length }
    for await (const piece of walk(root, { load, range, done, start: 0, depth: 0, maxBytes, readAhead })) {
      done.bytes += piece.length
      yield piece
    }
  } finally {
    stop.abort(new DOMException('The reader stopped.', 'AbortError'))
  }
}

/**
 * A whole file, at most `maxBytes` ({@link MAX_FILE_BYTES} by default).
 *
 * @throws DagError, BlockError as {@link readFileChunks}
 */
export async function readFileBytes(
  cid: CID,
  source: BlockSource,
  { maxBytes = MAX_FILE_BYTES, ...options }: ReadFileOptions = {},
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readFileChunks(cid, source, { ...options, maxBytes })) chunks.push(chunk)
  if (chunks.length === 1) return chunks[0]!
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

interface Walk {
  readonly load: (cid: CID) => Promise<Uint8Array>
  /** What the whole read has cost and given so far. */
  readonly done: { blocks: number; links: number; bytes: number; ahead: number }
  readonly range: { readonly from: number; readonly to: number }
  /** Position of this block's first byte in the file. */
  readonly start: number
  readonly depth: number
  readonly maxBytes: number
  readonly readAhead: number
  /** What the block above says; none for the root. */
  readonly declaredBytes?: number
}

async function* walk(block: { cid: CID; bytes: Uint8Array }, at: Walk): AsyncIterable<Uint8Array> {
  const node = decodeNode(block.cid, block.bytes)
  if (node.kind !== 'file') throw new DagError('NOT_A_FILE', `${block.cid} is a directory.`)
  if (at.declaredBytes !== undefined && node.sizeBytes !== at.declaredBytes) {
    throw new DagError(
      'DAG_MALFORMED',
      `${block.cid} has ${node.sizeBytes} bytes; the block above says ${at.declaredBytes}.`,
    )
  }
  if (node.sizeBytes > at.maxBytes) {
    throw new DagError('FILE_TOO_LARGE', `${block.cid} has ${node.sizeBytes} bytes; at most ${at.maxBytes} are read.`)
  }
  if (node.parts.length > 0 && at.depth >= MAX_FILE_DEPTH) {
    throw new DagError('DAG_TOO_LARGE', `${block.cid} is deeper than ${MAX_FILE_DEPTH} levels.`)
  }
  at.done.links += node.parts.length
  if (at.done.links > FREE_LINKS + at.done.bytes / MIN_MEAN_BYTES) throw tooManyBlocks(block.cid)
  const own = slice(node.data, at)
  if (own.length > 0) yield own

  let start = at.start + node.data.length
  const wanted: (FilePart & { start: number })[] = []
  for (const part of node.parts) {
    // A part without bytes adds nothing to the file; following it would let a small DAG cost endless work.
    const isWanted = part.sizeBytes > 0 && start < at.range.to && start + part.sizeBytes > at.range.from
    if (isWanted) wanted.push({ ...part, start })
    start += part.sizeBytes
  }
  const ahead: Promise<Uint8Array>[] = []
  for (const [index, part] of wanted.entries()) {
    while (ahead.length === 0 || (at.done.ahead < at.readAhead && index + ahead.length < wanted.length)) {
      const loading = at.load(wanted[index + ahead.length]!.cid)
      loading.catch(() => {}) // Awaited in its turn; until then a failure is not unhandled.
      ahead.push(loading)
      at.done.ahead++
    }
    const bytes = await ahead.shift()!
    at.done.ahead--
    yield* walk(
      { cid: part.cid, bytes },
      { ...at, start: part.start, depth: at.depth + 1, declaredBytes: part.sizeBytes },
    )
  }
}

function tooManyBlocks(cid: CID): DagError {
  return new DagError('DAG_TOO_LARGE', `${cid} is cut into far more blocks than its bytes are worth.`)
}

function slice(data: Uint8Array, { start, range }: Walk): Uint8Array {
  return data.subarray(Math.max(0, range.from - start), Math.max(0, Math.min(data.length, range.to - start)))
}
