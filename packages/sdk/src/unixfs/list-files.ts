import { type BlockSource, type CallOptions, RAW, type ReleaseFile } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { loadBlock } from '../blocks/load-block.ts'
import { checkCid } from '../blocks/verify-block.ts'
import { DagError } from './dag-error.ts'
import { decodeNode, type UnixFsNode } from './decode-node.ts'
import { fileSha256 } from './file-sha256.ts'

/** Bounds of a listing: what a hostile DAG may cost. */
export const MAX_LISTED_ENTRIES = 1_000_000
export const MAX_LISTED_DEPTH = 128
export const MAX_LISTED_PATH_LENGTH = 4_096
/** Characters of all paths together. */
export const MAX_LISTED_PATHS_LENGTH = 256 * 1024 ** 2
/** Bytes of all directory blocks, those that are met again counted again. */
export const MAX_LISTED_BYTES = 512 * 1024 ** 2
/** Bytes of chunked files that are read for their hash. */
export const MAX_HASHED_BYTES = 64 * 1024 ** 3
/** Blocks asked for at once. */
const CONCURRENCY = 16

export interface WalkOptions extends CallOptions {
  maxEntries?: number | undefined
  /** Told of every directory without entries, which no file path shows. */
  onEmptyDirectory?: ((path: string) => void) | undefined
}

/** A file in a directory. */
export interface WalkedFile {
  /** From the root, `/` between names, no leading one. */
  readonly path: string
  readonly cid: CID
}

export interface ListedFile extends WalkedFile, ReleaseFile {}

interface Pending {
  readonly path: string
  readonly cid: CID
  readonly depth: number
  /** Set for a deeper level of a sharded directory: its fan-out. */
  readonly shardOf?: number
}

/**
 * Every file under a directory with its CID, in no particular order, every directory block verified. Raw files are not
 * fetched.
 *
 * @throws DagError `NOT_A_DIRECTORY`, `DAG_TOO_LARGE`, `DAG_MALFORMED`, `DAG_UNSUPPORTED`; BlockError
 */
export async function* walkFiles(
  root: CID,
  source: BlockSource,
  { maxEntries = MAX_LISTED_ENTRIES, onEmptyDirectory, ...call }: WalkOptions = {},
): AsyncIterable<WalkedFile> {
  checkCid(root)
  if (root.code === RAW) throw new DagError('NOT_A_DIRECTORY', `${root} is a file.`)
  const stop = new AbortController()
  const signal = call.signal ? AbortSignal.any([call.signal, stop.signal]) : stop.signal
  const queue: Pending[] = [{ path: '', cid: root, depth: 0 }]
  const loading = new Map<Pending, Promise<Loaded>>()
  let entries = 0
  let pathsLength = 0
  let readBytes = 0
  try {
    while (queue.length > 0 || loading.size > 0) {
      while (queue.length > 0 && loading.size < CONCURRENCY) {
        const next = queue.pop()!
        const one = loadNode(next, source, { ...call, signal })
        one.catch(() => {}) // Awaited by the race below or given up with the whole walk.
        loading.set(next, one)
      }
      const { pending, node, sizeBytes } = await Promise.race(loading.values())
      loading.delete(pending)
      readBytes += sizeBytes
      if (readBytes > MAX_LISTED_BYTES) throw tooLarge(root, `${MAX_LISTED_BYTES} bytes of directories`)
      if (node.kind === 'file') {
        if (pending.path === '') throw new DagError('NOT_A_DIRECTORY', `${root} is a file.`)
        yield { path: pending.path, cid: pending.cid }
        continue
      }
      entries += node.entries.length
      if (entries > maxEntries) throw tooLarge(root, `${maxEntries} entries`)
      if (node.entries.length === 0) onEmptyDirectory?.(pending.path)
      for (const child of childrenOf(pending, node)) {
        pathsLength += child.path.length
        if (pathsLength > MAX_LISTED_PATHS_LENGTH)
          throw tooLarge(root, `${MAX_LISTED_PATHS_LENGTH} characters of paths`)
        if (child.cid.code === RAW) yield { path: child.path, cid: rawFile(child) }
        else queue.push(child)
      }
    }
  } finally {
    stop.abort(new DOMException('The walk ended.', 'AbortError'))
  }
}

/**
 * {@link walkFiles} with each file's SHA-256; chunked files are read for it.
 */
export async function* listFiles(
  root: CID,
  source: BlockSource,
  options: WalkOptions & { maxHashedBytes?: number | undefined } = {},
): AsyncIterable<ListedFile> {
  const { maxHashedBytes: maxBytes = MAX_HASHED_BYTES, signal, timeoutMs } = options
  for await (const { path, cid } of walkFiles(root, source, options)) {
    yield { path, cid, sha256: await fileSha256(cid, source, { signal, timeoutMs, maxBytes }) }
  }
}

interface Loaded {
  readonly pending: Pending
  readonly node: UnixFsNode
  readonly sizeBytes: number
}

async function loadNode(pending: Pending, source: BlockSource, call: CallOptions): Promise<Loaded> {
  const bytes = await loadBlock(pending.cid, source, call)
  const node = decodeNode(pending.cid, bytes)
  if (pending.shardOf !== undefined && (node.kind !== 'shard' || node.fanout !== pending.shardOf)) {
    throw new DagError('DAG_MALFORMED', `${pending.cid} is not the next level of a sharded directory.`)
  }
  return { pending, node, sizeBytes: bytes.length }
}

function tooLarge(root: CID, what: string): DagError {
  return new DagError('DAG_TOO_LARGE', `${root} has more than ${what}.`)
}

function* childrenOf({ path, depth }: Pending, node: Exclude<UnixFsNode, { kind: 'file' }>): Iterable<Pending> {
  if (depth >= MAX_LISTED_DEPTH) {
    throw new DagError('DAG_TOO_LARGE', `"${path}" is deeper than ${MAX_LISTED_DEPTH} directories.`)
  }
  for (const entry of node.entries) {
    if (node.kind === 'shard' && 'kind' in entry && entry.kind === 'level') {
      yield { path, cid: entry.cid, depth: depth + 1, shardOf: node.fanout }
    } else if ('name' in entry) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`
      if (child.length > MAX_LISTED_PATH_LENGTH) throw new DagError('DAG_TOO_LARGE', 'A path is too long.')
      yield { path: child, cid: entry.cid, depth: depth + 1 }
    }
  }
}

function rawFile({ cid, path, shardOf }: Pending): CID {
  checkCid(cid)
  if (shardOf === undefined) return cid
  throw new DagError('DAG_MALFORMED', `"${path}" has a file where a level of its directory should be.`)
}
