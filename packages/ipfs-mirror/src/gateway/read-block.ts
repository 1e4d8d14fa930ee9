import { type CallOptions, DomainSyncError } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import type { BlockStore } from '../store/block-store.ts'

/** Multihash code of an identity digest: the CID is its own data. */
export const IDENTITY = 0x00

/** A block that the store cannot give: `BLOCK_MISSING` or `BLOCK_DAMAGED`. */
export class BlockError extends DomainSyncError {
  declare readonly code: 'BLOCK_MISSING' | 'BLOCK_DAMAGED'
  readonly cid: CID

  constructor(code: 'BLOCK_MISSING' | 'BLOCK_DAMAGED', cid: CID, cause?: unknown) {
    const what = code === 'BLOCK_MISSING' ? 'is not in this store' : 'is damaged on disk'
    super(code, `Block ${cid} ${what}; upload its release again to mend it.`, { cause, retryable: false })
    this.cid = cid
  }
}

/** Reads one verified block. */
export type ReadBlock = (cid: CID) => Promise<Uint8Array>

/** Reads from the store only, whose `get` hashes every block; a block that is not there or not sound is a {@link BlockError}. */
export function blockReader(store: Pick<BlockStore, 'get'>, options: CallOptions = {}): ReadBlock {
  return async (cid) => {
    if (cid.multihash.code === IDENTITY) return cid.multihash.digest
    let bytes: Uint8Array | undefined
    try {
      bytes = await store.get(cid, options)
    } catch (cause) {
      if (cause instanceof DomainSyncError && cause.code === 'BLOCK_DAMAGED')
        throw new BlockError('BLOCK_DAMAGED', cid, cause)
      throw cause
    }
    if (bytes === undefined) throw new BlockError('BLOCK_MISSING', cid)
    return bytes
  }
}
