import { type BlockSource, type CallOptions, RAW } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { loadBlock } from '../blocks/load-block.ts'
import { DagError } from './dag-error.ts'
import { decodeNode, type UnixFsNode } from './decode-node.ts'
import { shardSlots } from './shard-slot.ts'

/** Names in a path that are followed at most. */
export const MAX_PATH_NAMES = 256

export interface ResolveOptions extends CallOptions {
  readonly source: BlockSource
}

/** What a path names. */
export interface ResolvedPath {
  readonly kind: 'file' | 'directory'
  readonly cid: CID
}

/**
 * Follows a path (`a/b.html`; a leading or trailing `/` changes nothing) from a root through plain and sharded directories,
 * verifying every block. `undefined` when there is no such path.
 *
 * @throws DagError, BlockError
 */
export async function resolvePath(root: CID, path: string, options: ResolveOptions): Promise<ResolvedPath | undefined> {
  const names = path.split('/').filter((name) => name !== '')
  if (names.length > MAX_PATH_NAMES) {
    throw new DagError('DAG_TOO_LARGE', `The path has more than ${MAX_PATH_NAMES} names.`)
  }
  let cid = root
  for (const name of names) {
    if (cid.code === RAW) return undefined
    const next = await findEntry(await loadNode(cid, options), name, (level) => loadNode(level, options))
    if (next === undefined) return undefined
    cid = next
  }
  if (cid.code === RAW) return { kind: 'file', cid }
  const { kind } = await loadNode(cid, options)
  return { kind: kind === 'file' ? 'file' : 'directory', cid }
}

/**
 * The entry of a directory, plain or sharded, that goes by a name; `undefined` when there is none, or it is no directory.
 * `load` gives the deeper levels of a sharded one.
 *
 * @throws DagError, and what `load` throws
 */
export async function findEntry(
  start: UnixFsNode,
  name: string,
  load: (level: CID) => Promise<UnixFsNode>,
): Promise<CID | undefined> {
  if (start.kind === 'file') return undefined
  if (start.kind === 'directory') return start.entries.find((entry) => entry.name === name)?.cid
  const slotAt = await shardSlots(name)
  let node: UnixFsNode = start
  for (let level = 0; node.kind === 'shard'; level++) {
    const slot = slotAt(level, start.fanout)
    const found = node.entries.find((entry) => entry.slot === slot)
    if (found === undefined) return undefined
    if (found.kind === 'entry') return found.name === name ? found.cid : undefined
    node = await load(found.cid)
    if (node.kind !== 'shard' || node.fanout !== start.fanout) {
      throw new DagError('DAG_MALFORMED', `${found.cid} is not the next level of a sharded directory.`)
    }
  }
  return undefined
}

async function loadNode(cid: CID, { source, signal, timeoutMs }: ResolveOptions): Promise<UnixFsNode> {
  return decodeNode(cid, await loadBlock(cid, source, { signal, timeoutMs }))
}
