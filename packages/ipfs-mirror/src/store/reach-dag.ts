import { type CallOptions, errorCode, RAW } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import type { CidMarks } from '../car/cid-marks.ts'
import { linksOf } from '../car/links-of.ts'
import { StoreError } from './store-error.ts'

/** The part of a store that a DAG is looked up in. */
export interface HeldBlocks {
  has(cid: CID): boolean
  get(cid: CID, options?: CallOptions): Promise<Uint8Array | undefined>
}

export interface ReachOptions {
  readonly blocks: HeldBlocks
  readonly marks: CidMarks
  /** Default false: a DAG that is not whole is an error. */
  readonly partial?: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Marks every block under the root with 1. Directory and file nodes are read; leaves only have to be there. What is marked
 * already is taken to be complete. With `partial` what is missing or damaged is passed over, and its marks say nothing of
 * what is below.
 *
 * @throws StoreError `DAG_INCOMPLETE` naming the first block that is missing or no node of a release, `BLOCK_DAMAGED` naming
 * a damaged one.
 */
export async function reachDag(root: CID, { blocks, marks, partial = false, signal }: ReachOptions): Promise<void> {
  const stack = [root]
  for (let cid = stack.pop(); cid !== undefined; cid = stack.pop()) {
    if (marks.get(cid) !== 0) continue
    marks.set(cid, 1)
    if (cid.code === RAW && blocks.has(cid)) continue
    const bytes = await blocks.get(cid, { signal }).catch((error) => {
      if (partial && errorCode(error) === 'BLOCK_DAMAGED') return undefined
      throw error
    })
    if (bytes !== undefined) stack.push(...linksOf(cid, bytes))
    else if (!partial) {
      throw new StoreError(
        'DAG_INCOMPLETE',
        `Block ${cid} of ${root} is not in the store; import or fetch ${root} again.`,
      )
    }
  }
}
