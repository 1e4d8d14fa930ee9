import type { CID } from 'multiformats/cid'
import { linksOf } from '../car/links-of.ts'
import type { Block } from '../store/block-store.ts'
import { IDENTITY, type ReadBlock } from './read-block.ts'

/** Every block of a DAG, depth first, each one once. Identity CIDs are no blocks: their data stands in their parent. */
export async function* dagBlocks(root: CID, { read }: { read: ReadBlock }): AsyncGenerator<Block> {
  const seen = new Set<string>()
  const pending = [root]
  for (let cid = pending.pop(); cid; cid = pending.pop()) {
    if (cid.multihash.code === IDENTITY) continue
    const key = cid.toString()
    if (seen.has(key)) continue
    seen.add(key)
    const bytes = await read(cid)
    yield { cid, bytes }
    pending.push(...linksOf(cid, bytes).reverse())
  }
}
