import { CarError, linksOf } from '@domainsync/sdk'
import { CarBufferReader } from '@ipld/car/buffer-reader'
import { CID } from 'multiformats/cid'
import type { Block } from '../store/block-store.ts'
import { type BlockFault, blockFault, isSupported, MAX_BLOCK_BYTES } from './block-fault.ts'
import { carFrames } from './car-frames.ts'
import { CidMarks } from './cid-marks.ts'
import { MAX_DAG_BLOCKS } from './dag-limits.ts'

/** A header with one root is 58 bytes; one with a hundred is refused for its roots, not its length. */
const MAX_HEADER_BYTES = 4096
/** Version, codec, hash function, length, digest: what every CID of ours takes in binary. */
const CID_BYTES = 36
/** Blocks are handed on in batches of this size. */
const BATCH_BYTES = 4 * 1024 * 1024
const BATCH_BLOCKS = 1024

const LINKED = 1
const RECEIVED = 2

/** Where the blocks of a CAR go: a store, or anything that takes them. */
export interface BlockSink {
  put(blocks: Iterable<Block>): Promise<void>
}

/** Options of {@link readCar}. */
export interface ReadCarOptions {
  /** The root that was asked for; the header has to name it and nothing else. */
  readonly root: CID
  readonly into: BlockSink
  /** Default {@link MAX_BLOCK_BYTES}. */
  readonly maxBlockBytes?: number
  /** Distinct blocks that its blocks may link to. Default {@link MAX_DAG_BLOCKS}. */
  readonly maxBlocks?: number
  /** Bytes of blocks the stream may hold, repeated ones counted again; no limit by default. */
  readonly quotaBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What a CAR held. */
export interface CarContents {
  readonly blocks: number
  readonly sizeBytes: number
}

/**
 * Reads a CARv1 and hands on verified blocks only: right root, right hash, dag-pb or raw, SHA-256, within the size limit, and
 * linked from a block before it (so nothing that is not in the DAG is ever stored; every exporter that goes depth or
 * breadth first does this, and gateways with `order=dfs`). Repeated blocks are skipped. When it returns, the DAG is complete
 * and `into` has all of it; when it throws, what `into` already took is not pinned by anything.
 *
 * @throws CarError `CAR_TRUNCATED`, `CAR_MALFORMED`, `CAR_ROOT_MISMATCH`, `CAR_BLOCK_MISMATCH`, `CAR_BLOCK_TOO_LARGE`,
 * `CAR_BLOCK_UNSUPPORTED`, `CAR_BLOCK_UNEXPECTED`, `CAR_QUOTA_EXCEEDED`, `CAR_DAG_TOO_LARGE`, `CAR_INCOMPLETE`.
 */
export async function readCar(stream: AsyncIterable<Uint8Array>, options: ReadCarOptions): Promise<CarContents> {
  const { root, into, maxBlockBytes = MAX_BLOCK_BYTES, quotaBytes = Number.POSITIVE_INFINITY, signal } = options
  const { maxBlocks = MAX_DAG_BLOCKS } = options
  if (!isSupported(root)) throw faultError('unsupported', root, maxBlockBytes)
  const limits = { maxHeaderBytes: MAX_HEADER_BYTES, maxFrameBytes: maxBlockBytes + CID_BYTES }
  const dag = new Expected(root, maxBlocks)
  let batch: Block[] = []
  let batchBytes = 0
  let streamedBytes = 0
  let sizeBytes = 0
  let isHeader = true
  for await (const frame of carFrames(stream, limits)) {
    signal?.throwIfAborted()
    if (isHeader) {
      requireRoot(frame, root)
      isHeader = false
      continue
    }
    const block = decodeBlock(frame)
    const fault = blockFault(block.cid, block.bytes, { maxBlockBytes })
    if (fault !== undefined) throw faultError(fault, block.cid, maxBlockBytes)
    streamedBytes += block.bytes.length
    if (streamedBytes > quotaBytes) throw quotaExceeded(root, quotaBytes)
    if (!dag.receive(block)) continue
    sizeBytes += block.bytes.length
    batch.push(block)
    batchBytes += block.bytes.length
    if (batchBytes < BATCH_BYTES && batch.length < BATCH_BLOCKS) continue
    await into.put(batch)
    batch = []
    batchBytes = 0
  }
  if (dag.missing > 0) {
    throw new CarError(
      'CAR_INCOMPLETE',
      `The CAR of ${root} ends with ${dag.missing} of its blocks still missing; fetch it again.`,
      { state: 'Nothing was pinned.' },
    )
  }
  if (batch.length > 0) await into.put(batch)
  return { blocks: dag.received, sizeBytes }
}

/** Which blocks of a DAG were linked and which came. */
class Expected {
  readonly #marks = new CidMarks()
  readonly #root: CID
  readonly #maxBlocks: number
  missing = 1
  received = 0

  constructor(root: CID, maxBlocks: number) {
    this.#root = root
    this.#maxBlocks = maxBlocks
    this.#marks.set(root, LINKED)
  }

  /** Notes a block and its links; false when it came before. */
  receive({ cid, bytes }: Block): boolean {
    const mark = this.#marks.get(cid)
    if (mark === RECEIVED) return false
    if (mark !== LINKED) {
      throw new CarError(
        'CAR_BLOCK_UNEXPECTED',
        `The CAR holds block ${cid}, which no block before it links to; ask for a CAR in depth-first order.`,
        { retryable: false },
      )
    }
    for (const link of childrenOf({ cid, bytes })) {
      if (this.#marks.get(link) !== 0) continue
      this.#marks.set(link, LINKED)
      this.missing++
      if (this.missing + this.received > this.#maxBlocks) throw tooManyBlocks(this.#root, this.#maxBlocks)
    }
    this.#marks.set(cid, RECEIVED)
    this.missing--
    this.received++
    return true
  }
}

function requireRoot(frame: Uint8Array, root: CID): void {
  const roots = headerRoots(frame)
  if (roots.length !== 1 || !roots[0]!.equals(root)) {
    throw new CarError('CAR_ROOT_MISMATCH', `The CAR is one of ${roots.join(', ') || 'nothing'}, not of ${root}.`, {
      retryable: false,
    })
  }
}

function headerRoots(frame: Uint8Array): CID[] {
  try {
    const prefix = frame.length < 128 ? [frame.length] : [(frame.length & 0x7f) | 0x80, frame.length >> 7]
    const reader = CarBufferReader.fromBytes(Buffer.concat([Uint8Array.from(prefix), frame]))
    if (reader.version !== 1) throw new Error(`version ${reader.version}`)
    return reader.getRoots()
  } catch (cause) {
    throw new CarError('CAR_MALFORMED', 'This is not a CARv1: its header cannot be read.', { cause, retryable: false })
  }
}

function decodeBlock(frame: Uint8Array): Block {
  try {
    const [cid, bytes] = CID.decodeFirst(frame)
    return { cid, bytes }
  } catch (cause) {
    throw new CarError('CAR_MALFORMED', 'The CAR holds a block without a valid CID.', { cause, retryable: false })
  }
}

function childrenOf({ cid, bytes }: Block): CID[] {
  try {
    return linksOf(cid, bytes)
  } catch (cause) {
    throw new CarError('CAR_MALFORMED', `Block ${cid} of the CAR is not a node of a release.`, {
      cause,
      retryable: false,
    })
  }
}

function faultError(fault: BlockFault, cid: CID, maxBlockBytes: number): CarError {
  switch (fault) {
    case 'mismatch':
      return new CarError(
        'CAR_BLOCK_MISMATCH',
        `The CAR holds other bytes than those of block ${cid}; do not trust its source.`,
      )
    case 'too-large':
      return new CarError(
        'CAR_BLOCK_TOO_LARGE',
        `Block ${cid} of the CAR is over ${maxBlockBytes} bytes; it is refused.`,
        {
          retryable: false,
        },
      )
    case 'unsupported':
      return new CarError('CAR_BLOCK_UNSUPPORTED', `Block ${cid} of the CAR is not CIDv1, dag-pb or raw, SHA-256.`, {
        retryable: false,
      })
  }
}

function tooManyBlocks(root: CID, maxBlocks: number): CarError {
  return new CarError('CAR_DAG_TOO_LARGE', `${root} has more than ${maxBlocks} blocks, which no release has.`, {
    state: 'Nothing was pinned.',
    retryable: false,
  })
}

function quotaExceeded(root: CID, quotaBytes: number): CarError {
  return new CarError(
    'CAR_QUOTA_EXCEEDED',
    `${root} is larger than the ${quotaBytes} bytes allowed; raise the quota.`,
    {
      state: 'Nothing was pinned.',
      retryable: false,
    },
  )
}
