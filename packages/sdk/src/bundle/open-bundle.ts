import { type BlockSource, type CallOptions, RAW } from '@domainsync/core'
import { varint } from 'multiformats'
import { CID } from 'multiformats/cid'
import { loadBlock } from '../blocks/load-block.ts'
import { bodyChunks } from '../blocks/read-body.ts'
import { MAX_BLOCK_BYTES, verifyBlock } from '../blocks/verify-block.ts'
import type { CarBlock } from '../car/car-bytes.ts'
import { CarError } from '../car/car-error.ts'
import { carFrames } from '../car/car-frames.ts'
import { decodeCarHeader } from '../car/car-header.ts'
import { linksOf } from '../unixfs/links-of.ts'
import { MAX_LISTED_ENTRIES } from '../unixfs/list-files.ts'

const LIMITS = { maxHeaderBytes: 4096, maxFrameBytes: MAX_BLOCK_BYTES + 36 }

/** A saved bundle whose every byte was looked at once. */
export interface Bundle {
  /** The release's root. */
  readonly root: CID
  /** The chain proof, as it stands in the bundle. */
  readonly proof: Uint8Array
  /** Its blocks, read from the file when they are asked for. */
  readonly source: BlockSource
  /** Blocks of the release. */
  readonly blocks: number
}

/** Where a block's bytes lie in the file. */
interface Place {
  readonly start: number
  readonly end: number
}

/**
 * Reads a bundle from a file (in Node `fs.openAsBlob`) once from its start to its end: the two roots, every block's hash, and that
 * the blocks are the whole release and nothing else. Memory holds the place of each block, not the blocks.
 *
 * @throws CarError `CAR_TRUNCATED`, `CAR_MALFORMED`, `CAR_BLOCK_TOO_LARGE`, `CAR_BLOCK_UNEXPECTED`, `CAR_DAG_TOO_LARGE`,
 * `CAR_INCOMPLETE`; BlockError `BLOCK_CORRUPT`, `BLOCK_UNSUPPORTED`; DagError `DAG_MALFORMED`
 */
export async function openBundle(file: Blob, { signal }: CallOptions = {}): Promise<Bundle> {
  const places = new Map<string, Place>()
  const expected = new Set<string>()
  let roots: readonly [root: CID, proof: CID] | undefined
  let at = 0
  const chunks = bodyChunks(new Response(file.stream()), Number.MAX_SAFE_INTEGER)
  for await (const frame of carFrames(chunks, LIMITS)) {
    signal?.throwIfAborted()
    at += varint.encodingLength(frame.length) + frame.length
    if (roots === undefined) {
      roots = rootsOf(frame)
      expected.add(`${roots[1]}`)
      continue
    }
    const { cid, bytes } = blockOf(frame)
    await verifyBlock(cid, bytes, { source: 'the bundle' })
    const key = cid.toString()
    if (!expected.delete(key)) {
      throw new CarError('CAR_BLOCK_UNEXPECTED', `The bundle holds ${cid}, which nothing before it links to.`, {
        retryable: false,
      })
    }
    places.set(key, { start: at - bytes.length, end: at })
    // The proof stands first; what follows it is the release.
    const links = places.size === 1 ? [roots[0]] : linksOf(cid, bytes)
    for (const link of links) if (!places.has(`${link}`)) expected.add(`${link}`)
    if (places.size + expected.size > MAX_LISTED_ENTRIES) throw tooLarge()
  }
  const missing = [...expected][0]
  if (missing !== undefined || roots === undefined) {
    throw new CarError('CAR_INCOMPLETE', `The bundle lacks the block ${missing} of its release; save it again.`, {
      retryable: false,
    })
  }
  const source: BlockSource = {
    name: 'the bundle',
    async get(cid, call = {}) {
      call.signal?.throwIfAborted()
      const place = places.get(cid.toString())
      return place && new Uint8Array(await file.slice(place.start, place.end).arrayBuffer())
    },
  }
  const [root, proof] = roots
  return { root, proof: await loadBlock(proof, source, { signal }), source, blocks: places.size - 1 }
}

function rootsOf(header: Uint8Array): readonly [CID, CID] {
  const [root, proof, ...more] = decodeCarHeader(header) ?? []
  if (root !== undefined && proof?.code === RAW && more.length === 0) return [root, proof]
  throw new CarError('CAR_MALFORMED', 'This is not a bundle: its header does not name a release and a chain proof.', {
    retryable: false,
  })
}

function blockOf(frame: Uint8Array): CarBlock {
  try {
    const [cid, bytes] = CID.decodeFirst(frame)
    return { cid, bytes }
  } catch (cause) {
    throw new CarError('CAR_MALFORMED', 'The bundle holds a block without a valid CID.', { cause, retryable: false })
  }
}

function tooLarge(): CarError {
  return new CarError('CAR_DAG_TOO_LARGE', `The bundle has more than ${MAX_LISTED_ENTRIES} blocks.`, {
    retryable: false,
  })
}
