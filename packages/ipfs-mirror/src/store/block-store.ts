import type { BlockSource, CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'

/** One block with its name. */
export interface Block {
  readonly cid: CID
  readonly bytes: Uint8Array
}

/** Options of a store's `get`. */
export interface GetOptions extends CallOptions {
  /** Gives the memory for exactly so many bytes, which become the answer. Fresh memory by default. */
  readonly memory?: ((sizeBytes: number) => Uint8Array) | undefined
}

/**
 * Blocks on one disk, kept as long as a pinned root needs them. Writes are crash-safe: what `sync` or `pin` returned from is
 * there after `kill -9` and after a power cut. A damaged block is noticed when it is read.
 */
export interface BlockStore extends BlockSource {
  /** The block's bytes, hash checked. Rejects with `BLOCK_DAMAGED` when the disk gives other bytes than were written. */
  get(cid: CID, options?: GetOptions): Promise<Uint8Array | undefined>
  has(cid: CID): boolean
  /** Bytes of a block that is here, sound or not; `undefined` when there is none. */
  sizeOf(cid: CID): number | undefined
  /** Bytes that the blocks take on disk, those that nobody needs any more included. */
  readonly sizeBytes: number
  /** How often since the opening a block was found damaged that was not known to be. */
  readonly damageNoticed: number
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
  /**
   * Reads the nodes under the root; leaves only have to be there, and not known to be damaged.
   *
   * @throws StoreError `DAG_INCOMPLETE`, `BLOCK_DAMAGED`
   */
  requireWhole(root: CID, options?: CallOptions): Promise<void>
  /**
   * Lets go of the root. Once most of the pack is needed by no root, the disk it takes is freed in the background; readers and
   * writers go on meanwhile.
   */
  unpin(root: CID): Promise<void>
  pinned(): readonly CID[]
  /**
   * To be called when work failed that has put blocks: those that nobody needs are freed, on a full disk too where they are the
   * last that were written. Resolves when that is done; while a hold is open at once, and it is done when the last one is closed.
   */
  tidy(): Promise<void>
  /**
   * Blocks that are put, or found by `has`, while it is open stay until it is closed: for work that has no root yet. Pin or
   * lease one before closing it.
   */
  hold(): Disposable
  /**
   * Keeps what is here of the DAG under the root for {@link LEASE_MS}: work that another process may have to finish. Durable
   * after `sync`.
   */
  lease(root: CID): Promise<void>
  /**
   * Drops the blocks that nobody needs, now. Crash-safe: the old pack stays until the new one is durable.
   *
   * @throws StoreError `BLOCK_DAMAGED`, `DAG_INCOMPLETE` when a pinned root is not whole; nothing was changed.
   */
  compact(options?: CallOptions): Promise<Compaction>
  /** Makes everything durable and lets go of the store; any later call rejects with `STORE_CLOSED`. */
  close(): Promise<void>
}

/** How long a lease keeps what is under its root, in milliseconds: a week, as long as a release that nobody can go back to. */
export const LEASE_MS = 7 * 24 * 60 * 60 * 1000

/** What a store does by itself. */
export type StoreEvent =
  | ({ readonly kind: 'compacted' } & Compaction)
  /** The pack stays as it was; the next root that is let go tries again. */
  | { readonly kind: 'compaction-failed'; readonly error: unknown }
  /** The next opening reads more of the pack; nothing is lost. */
  | { readonly kind: 'index-unsaved'; readonly error: unknown }

/** What a compaction did. */
export interface Compaction {
  readonly keptBytes: number
  readonly freedBytes: number
}
