import { type BlockSource, type CallOptions, DAG_PB, RAW } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { loadBlock } from '../blocks/load-block.ts'
import { verifyBlock } from '../blocks/verify-block.ts'
import { CarError } from '../car/car-error.ts'
import { decodeNode } from '../unixfs/decode-node.ts'
import { linksOf } from '../unixfs/links-of.ts'
import { MAX_LISTED_ENTRIES } from '../unixfs/list-files.ts'
import { readBundleFrames } from './bundle-frames.ts'
import type { SavedFile } from './saved-file.ts'

const NAME = 'the bundle'

/** A saved bundle with the right blocks in it. */
export interface Bundle {
  /** The release's root. */
  readonly root: CID
  /** The chain proof, as it stands in the bundle. */
  readonly proof: Uint8Array
  /** Its blocks, read from the file when they are asked for. As of any source: whoever reads one verifies it. */
  readonly source: BlockSource
  /** Verifies the parts of large files that nobody has asked the source for. @throws BlockError `BLOCK_CORRUPT` */
  verifyRest(options?: CallOptions): Promise<void>
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
 * Parts of large files are left to who reads those files, which verification does; `verifyRest` verifies what is left of them.
 *
 * @throws CarError `CAR_TRUNCATED`, `CAR_MALFORMED`, `CAR_BLOCK_TOO_LARGE`, `CAR_BLOCK_UNEXPECTED`, `CAR_DAG_TOO_LARGE`,
 * `CAR_INCOMPLETE`; BlockError `BLOCK_CORRUPT`, `BLOCK_UNSUPPORTED`; DagError `DAG_MALFORMED`, `DAG_UNSUPPORTED`
 */
export async function openBundle(file: SavedFile, { signal }: CallOptions = {}): Promise<Bundle> {
  const { roots, frames } = await readBundleFrames(file)
  const [root, proof] = rootsOf(roots)
  const places = new Map<string, Place>()
  const expected = new Map<string, 'part' | 'whole'>([[`${proof}`, 'whole']])
  const unread = new Map<string, CID>()
  for await (const { cid, start, end, bytes: read } of frames) {
    signal?.throwIfAborted()
    const key = cid.toString()
    const as = expected.get(key)
    if (as === undefined) throw unexpected(cid)
    expected.delete(key)
    places.set(key, { start, end })
    if (as === 'part') {
      unread.set(key, cid)
      continue
    }
    const bytes = await read()
    await verifyBlock(cid, bytes, { source: NAME })
    // The proof stands first; what follows it is the release.
    const links = places.size === 1 ? [root] : linksOf(cid, bytes)
    const isFile = cid.code !== RAW && decodeNode(cid, bytes).kind === 'file'
    for (const link of links) {
      if (!places.has(`${link}`)) expected.set(`${link}`, isFile && link.code === RAW ? 'part' : 'whole')
    }
    if (places.size + expected.size > MAX_LISTED_ENTRIES) throw tooLarge()
  }
  const [missing] = expected.keys()
  if (missing !== undefined) throw incomplete(missing)
  const source: BlockSource = {
    name: NAME,
    async get(cid, call = {}) {
      call.signal?.throwIfAborted()
      const key = cid.toString()
      unread.delete(key)
      const place = places.get(key)
      return place && new Uint8Array(await file.slice(place.start, place.end).arrayBuffer())
    },
  }
  return {
    root,
    proof: await loadBlock(proof, source, { signal }),
    source,
    blocks: places.size - 1,
    async verifyRest(call = {}) {
      for (const cid of [...unread.values()]) await loadBlock(cid, source, call)
    },
  }
}

function rootsOf([root, proof, ...more]: readonly CID[]): readonly [CID, CID] {
  if (root?.code === DAG_PB && proof?.code === RAW && more.length === 0) return [root, proof]
  throw new CarError('CAR_MALFORMED', 'This is not a bundle: its header does not name a release and a chain proof.', {
    retryable: false,
  })
}

function unexpected(cid: CID): CarError {
  return new CarError('CAR_BLOCK_UNEXPECTED', `The bundle holds ${cid}, which nothing before it links to.`, {
    retryable: false,
  })
}

function incomplete(missing: string): CarError {
  return new CarError('CAR_INCOMPLETE', `The bundle lacks the block ${missing} of its release; save it again.`, {
    retryable: false,
  })
}

function tooLarge(): CarError {
  return new CarError('CAR_DAG_TOO_LARGE', `The bundle has more than ${MAX_LISTED_ENTRIES} blocks.`, {
    retryable: false,
  })
}
