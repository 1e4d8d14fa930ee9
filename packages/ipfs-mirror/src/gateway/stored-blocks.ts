import { type BlockSource, type CallOptions, DomainSyncError } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import type { BlockStore } from '../store/block-store.ts'

/** Multihash code of an identity digest: the CID is its own data, and no block. */
export const IDENTITY = 0x00

/** A block that the store cannot give: `BLOCK_MISSING` or `BLOCK_DAMAGED`. */
export class StoredBlockError extends DomainSyncError {
  declare readonly code: 'BLOCK_MISSING' | 'BLOCK_DAMAGED'
  readonly cid: CID

  constructor(code: 'BLOCK_MISSING' | 'BLOCK_DAMAGED', cid: CID, cause?: unknown) {
    const what = code === 'BLOCK_MISSING' ? 'is not in this store' : 'is damaged on disk'
    super(code, `Block ${cid} ${what}; upload its release again to mend it.`, { cause, retryable: false })
    this.cid = cid
  }
}

/** A source that gives true bytes or throws. */
export interface StoredBlocks extends BlockSource {
  get(cid: CID): Promise<Uint8Array>
}

/** Reads from the store only, whose `get` hashes every block. Throws {@link StoredBlockError} for one it cannot give. */
export function storedBlocks(store: Pick<BlockStore, 'get'>, call: CallOptions = {}): StoredBlocks {
  return {
    name: 'store',
    async get(cid) {
      let bytes: Uint8Array | undefined
      try {
        bytes = await store.get(cid, call)
      } catch (cause) {
        const isDamaged = cause instanceof DomainSyncError && cause.code === 'BLOCK_DAMAGED'
        throw isDamaged ? new StoredBlockError('BLOCK_DAMAGED', cid, cause) : cause
      }
      if (bytes === undefined) throw new StoredBlockError('BLOCK_MISSING', cid)
      return bytes
    },
  }
}
