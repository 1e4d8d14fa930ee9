import { DomainSyncError } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import type { Block } from '../store/block-store.ts'
import type { ReadBlock } from './read-block.ts'
import { findEntry } from './unixfs-directory.ts'
import { decodeUnixfs, type UnixfsNode } from './unixfs-node.ts'

/** Where a path ends. */
export interface ResolvedPath {
  readonly cid: CID
  readonly node: UnixfsNode
  /** The block at the end, which `node` was read from. */
  readonly block: Block
  /** Blocks that prove the way from the root, without the last one. */
  readonly trail: readonly Block[]
  /** One CID for the root and one for each name (`X-Ipfs-Roots`). */
  readonly roots: readonly CID[]
}

/**
 * Follows names from a root through plain and HAMT-sharded directories; symlinks are not followed.
 *
 * @returns `undefined` when a name is not there, or is asked of something that is no directory.
 */
export async function resolvePath(
  root: CID,
  names: readonly string[],
  { read }: { read: ReadBlock },
): Promise<ResolvedPath | undefined> {
  const trail: Block[] = []
  const roots: CID[] = [root]
  let block: Block = { cid: root, bytes: await read(root) }
  let node = decodeUnixfs(root, block.bytes)
  for (const name of names) {
    if (node.kind !== 'directory' && node.kind !== 'shard') return undefined
    const { cid, shards } = await findEntry(node, name, read)
    if (!cid) return undefined
    trail.push(block, ...shards)
    roots.push(cid)
    block = { cid, bytes: await read(cid) }
    node = decodeUnixfs(cid, block.bytes)
  }
  return { cid: block.cid, node, block, trail, roots }
}

/**
 * Names of a path, percent-decoded once; none for `/`.
 *
 * @throws DomainSyncError `PATH_INVALID` for broken escapes, NUL bytes, `.` and `..`, and names that hide a slash.
 */
export function parsePath(path: string): string[] {
  const inner = path.replace(/^\//, '').replace(/\/$/, '')
  if (inner === '') return []
  return inner.split('/').map((part) => {
    const name = decodeName(part)
    if (name === '.' || name === '..' || name.includes('/') || name.includes('\0')) throw invalidPath()
    return name
  })
}

function decodeName(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (cause) {
    throw invalidPath(cause)
  }
}

function invalidPath(cause?: unknown): DomainSyncError {
  return new DomainSyncError('PATH_INVALID', 'The path cannot be read; use plain names joined by "/".', {
    cause,
    retryable: false,
  })
}
