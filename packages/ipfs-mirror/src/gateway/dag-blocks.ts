import type { CID } from 'multiformats/cid'
import { linksOf } from '../car/links-of.ts'
import type { Block } from '../store/block-store.ts'
import { IDENTITY, type StoredBlocks } from './stored-blocks.ts'

/** Every block of a DAG, depth first, each once. Identity CIDs are no blocks: their data stands in their parent. */
export async function* dagBlocks(root: CID, { source }: { source: StoredBlocks }): AsyncGenerator<Block> {
  const seen = new Set<string>()
  const pending = [root]
  for (let cid = pending.pop(); cid; cid = pending.pop()) {
    const key = cid.toString()
    if (cid.multihash.code === IDENTITY || seen.has(key)) continue
    seen.add(key)
    const bytes = await source.get(cid)
    yield { cid, bytes }
    pending.push(...linksOf(cid, bytes).reverse())
  }
}
