import { type CallOptions, errorCode, RAW } from '@domainsync/core'
import { linksOf } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { CidMarks } from '../car/cid-marks.ts'
import { LinkStack } from '../car/link-stack.ts'
import type { BlockStore } from '../store/block-store.ts'
import { RECORD_HEADER_BYTES } from '../store/pack-record.ts'

/** What blocks take on disk, each counted once however many releases have it. */
export class DagTally {
  readonly #marks = new CidMarks()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  /** Counts a block, unless it was. */
  add(cid: CID, sizeBytes: number): void {
    if (this.#marks.get(cid) !== 0) return
    this.#marks.set(cid, 1)
    this.#bytes += RECORD_HEADER_BYTES + sizeBytes
  }

  /** Counts a whole DAG of the store; only its directory and file nodes are read. */
  async addStored(root: CID, { store, ...call }: CallOptions & { store: BlockStore }): Promise<void> {
    const stack = new LinkStack()
    stack.push(root)
    for (let cid = stack.pop(); cid !== undefined; cid = stack.pop()) {
      if (this.#marks.get(cid) !== 0) continue
      this.add(cid, store.sizeOf(cid) ?? 0)
      if (cid.code === RAW) continue
      const bytes = await store.get(cid, call).catch(passOverDamage)
      if (bytes === undefined) continue
      for (const link of linksOf(cid, bytes)) if (this.#marks.get(link) === 0) stack.push(link)
    }
  }
}

/** What is below a damaged node is counted when it was fetched again. */
function passOverDamage(error: unknown): undefined {
  if (errorCode(error) !== 'BLOCK_DAMAGED') throw error
}
