import { findEntry, type UnixFsNode } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import type { Block } from '../store/block-store.ts'
import type { StoredNodes } from './stored-blocks.ts'

/** Where a path ends. */
export interface FoundPath {
  readonly cid: CID
  readonly node: UnixFsNode
  /** The block at the end, which `node` was read from. */
  readonly block: Block
  /** Blocks that prove the way from the root, in its order, without the last one. */
  readonly trail: readonly Block[]
  /** What each name of the path stands for: the root first, the end last. */
  readonly roots: readonly CID[]
}

interface From {
  readonly source: Pick<StoredNodes, 'read'>
}

/** Follows names through directories; `undefined` when one is not there or is asked of something that is no directory. */
export async function findPath(root: CID, names: readonly string[], from: From): Promise<FoundPath | undefined> {
  let found: FoundPath | undefined = { cid: root, ...(await from.source.read(root)), trail: [], roots: [root] }
  for (const name of names) {
    if (found === undefined) return undefined
    found = await enterPath(found, name, from)
  }
  return found
}

/** One name further. */
export async function enterPath(at: FoundPath, name: string, { source }: From): Promise<FoundPath | undefined> {
  const trail = [...at.trail, at.block]
  const cid = await findEntry(at.node, name, async (level) => {
    const { block, node } = await source.read(level)
    trail.push(block)
    return node
  })
  return cid && { cid, ...(await source.read(cid)), trail, roots: [...at.roots, cid] }
}
