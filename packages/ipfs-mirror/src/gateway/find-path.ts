import { decodeNode, resolvePath, type UnixFsNode } from '@domainsync/sdk'
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
}

/** Follows names through directories; `undefined` when one is not there or is asked of something that is no directory. */
export async function findPath(
  root: CID,
  names: readonly string[],
  { source }: { source: StoredBlocks },
): Promise<FoundPath | undefined> {
  if (names.includes('')) return undefined
  const trail: Block[] = []
  const recorder: StoredBlocks = {
    name: source.name,
    async get(cid) {
      const bytes = await source.get(cid)
      trail.push({ cid, bytes })
      return bytes
    },
  }
  const found = await resolvePath(root, names.join('/'), { source: recorder })
  if (!found) return undefined
  const { cid } = found
  const last = trail.at(-1)
  const block = last?.cid.equals(cid) ? last : { cid, bytes: await source.get(cid) }
  return { cid, node: decodeNode(cid, block.bytes), block, trail: trail.filter((one) => one !== block) }
}
