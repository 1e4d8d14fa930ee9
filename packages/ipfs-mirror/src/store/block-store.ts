import type { BlockSource, CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'

/** One block with its name. */
export interface Block {
  readonly cid: CID
  readonly bytes: Uint8Array
}

/**
 * Blocks on one disk, kept as long as a pinned root needs them. Writes are crash-safe: what `sync` or `pin` returned from is
 * there after `kill -9` and after a power cut. A damaged block is noticed when it is read.
 */
export interface BlockStore extends BlockSource {
  /** The block's bytes, hash checked. Rejects with `BLOCK_DAMAGED` when the disk gives other bytes than were written. */
  get(cid: CID, options?: CallOptions): Promise<Uint8Array | undefined>
  has(cid: CID): boolean
  /**
   * Adds blocks whose hash the caller has verified or computed; one that is already there and sound costs nothing. The bytes
   * stay the caller's: they do not change before this resolves, and may be overwritten after.
   */
  put(blocks: Iterable<Block>): Promise<void>
  /** Makes everything put so far durable. */
  sync(): Promise<void>
  /**
   * Keeps the DAG under the root, which has to be here whole: rejects with `DAG_INCOMPLETE` naming a missing block. Durable
   * when it returns.
   */
  pin(root: CID): Promise<void>
  /** Lets go of the root. Its blocks go at the next compaction unless another root needs them. */
  unpin(root: CID): Promise<void>
  pinned(): readonly CID[]
  /** Drops the blocks that no pinned root needs. Crash-safe: the old pack stays until the new one is durable. */
  compact(options?: CallOptions): Promise<Compaction>
  /** Makes everything durable and lets go of the store; any later call rejects with `STORE_CLOSED`. */
  close(): Promise<void>
}

/** What a compaction did. */
export interface Compaction {
  readonly keptBytes: number
  readonly freedBytes: number
}
