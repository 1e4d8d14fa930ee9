import type { BlockSource, CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { walkDag } from '../car/walk-dag.ts'
import type { Block, BlockStore } from './block-store.ts'

/** Blocks, and bytes, that are stored at a time. */
const BATCH_BLOCKS = 64
const BATCH_BYTES = 4 * 1024 * 1024

export interface FetchDagOptions extends CallOptions {
  readonly source: BlockSource
  /** What takes the blocks. */
  readonly store: Pick<BlockStore, 'put'>
  /** Told of each block, before it is stored; what it throws ends the fetching. */
  readonly onBlock?: ((block: Block) => void) | undefined
}

/**
 * Copies a whole DAG from a source into a store, every block verified; gives its bytes. With a source that asks the store
 * first, what is there already is not fetched again.
 *
 * @throws DagError `BLOCK_MISSING` and others of `walkDag`; whatever source and store reject with
 */
export async function fetchDag(root: CID, { source, store, onBlock, ...call }: FetchDagOptions): Promise<number> {
  let sizeBytes = 0
  let batch: Block[] = []
  let batchBytes = 0
  for await (const block of walkDag(root, source, call)) {
    onBlock?.(block)
    sizeBytes += block.bytes.length
    batch.push(block)
    batchBytes += block.bytes.length
    if (batch.length < BATCH_BLOCKS && batchBytes < BATCH_BYTES) continue
    await store.put(batch)
    batch = []
    batchBytes = 0
  }
  await store.put(batch)
  return sizeBytes
}
