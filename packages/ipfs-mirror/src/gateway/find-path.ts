import { decodeNode, findEntry, loadBlock, type UnixFsNode } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import type { Block } from '../store/block-store.ts'
import type { StoredBlocks } from './stored-blocks.ts'

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
  readonly source: StoredBlocks
}

/** Follows names through directories; `undefined` when one is not there or is asked of something that is no directory. */
export async function findPath(root: CID, names: readonly string[], from: From): Promise<FoundPath | undefined> {
  let found: FoundPath | undefined = await read(root, { trail: [], roots: [], ...from })
  for (const name of names) {
    if (found === undefined) return undefined
    found = await enterPath(found, name, from)
  }
  return found
}

/** One name further. */
export async function enterPath(at: FoundPath, name: string, { source }: From): Promise<FoundPath | undefined> {
  const trail = [...at.trail, at.block]
  const recorder: StoredBlocks = {
    ...source,
    async get(cid) {
      const bytes = await source.get(cid)
      trail.push({ cid, bytes })
      return bytes
    },
  }
  const cid = await findEntry(at.node, name, { source: recorder })
  return cid && read(cid, { source, trail, roots: at.roots })
}

async function read(cid: CID, { source, trail, roots }: From & Pick<FoundPath, 'trail' | 'roots'>): Promise<FoundPath> {
  const bytes = await loadBlock(cid, source)
  return { cid, node: decodeNode(cid, bytes), block: { cid, bytes }, trail, roots: [...roots, cid] }
}
