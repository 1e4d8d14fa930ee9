import { type BlockSource, type CallOptions, DomainSyncError } from '@domainsync/core'
import { checkCid, decodeNode, type UnixFsNode } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import type { Block, BlockStore, GetOptions } from '../store/block-store.ts'
import type { HotNodes } from './hot-nodes.ts'

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

/** A block and what it says. */
export interface ReadNode {
  readonly block: Block
  readonly node: UnixFsNode
}

/** A source that gives true bytes or throws, so that nobody need hash them again. */
export interface StoredBlocks extends BlockSource {
  get(cid: CID, options?: GetOptions): Promise<Uint8Array>
}

/** The same with blocks decoded. */
export interface StoredNodes extends StoredBlocks {
  /** Throws what `get` throws; BlockError `BLOCK_UNSUPPORTED`; DagError. */
  read(cid: CID): Promise<ReadNode>
}

export interface StoredBlocksOptions extends CallOptions {
  /** Remembers what is read by `read`. `get` always goes to the disk. */
  readonly hot?: HotNodes | undefined
}

/** Reads from the store only, whose `get` hashes every block. Throws {@link StoredBlockError} for one it cannot give. */
export function storedBlocks(store: Pick<BlockStore, 'get'>, { hot, ...call }: StoredBlocksOptions = {}): StoredNodes {
  return { name: 'store', get, read }

  async function get(cid: CID, { memory }: GetOptions = {}): Promise<Uint8Array> {
    let bytes: Uint8Array | undefined
    try {
      bytes = await store.get(cid, { ...call, memory })
    } catch (cause) {
      const isDamaged = cause instanceof DomainSyncError && cause.code === 'BLOCK_DAMAGED'
      throw isDamaged ? new StoredBlockError('BLOCK_DAMAGED', cid, cause) : cause
    }
    if (bytes === undefined) throw new StoredBlockError('BLOCK_MISSING', cid)
    return bytes
  }

  async function read(cid: CID): Promise<ReadNode> {
    const known = hot?.get(cid)
    if (known) return known
    checkCid(cid)
    const bytes = await get(cid)
    const fresh = { block: { cid, bytes }, node: decodeNode(cid, bytes) }
    hot?.add(cid, fresh)
    return fresh
  }
}
