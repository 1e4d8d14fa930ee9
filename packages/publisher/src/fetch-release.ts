import type { BlockSource, CallOptions } from '@domainsync/core'
import { type Block, type BlockStore, walkDag } from '@domainsync/ipfs-mirror'
import type { CID } from 'multiformats/cid'

/** Blocks that are stored at a time. */
const BATCH = 64

/**
 * Copies a whole release into the store, every block verified; gives its bytes. What is there already is not asked for again.
 *
 * @throws DagError `BLOCK_MISSING` and others of `walkDag`; whatever source and store reject with
 */
export async function fetchRelease(
  root: CID,
  { source, store, ...call }: CallOptions & { source: BlockSource; store: BlockStore },
): Promise<number> {
  let sizeBytes = 0
  let batch: Block[] = []
  for await (const block of walkDag(root, source, call)) {
    sizeBytes += block.bytes.length
    batch.push(block)
    if (batch.length < BATCH) continue
    await store.put(batch)
    batch = []
  }
  await store.put(batch)
  return sizeBytes
}
