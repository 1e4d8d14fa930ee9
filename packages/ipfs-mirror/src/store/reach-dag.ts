import { type CallOptions, errorCode, RAW } from '@domainsync/core'
import { linksOf } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import type { CidMarks } from '../car/cid-marks.ts'
import { MAX_LINKS_AHEAD } from '../car/dag-limits.ts'
import { LinkStack } from '../car/link-stack.ts'
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
 * a damaged one, `DAG_TOO_LARGE` for more links than any release has.
 */
export async function reachDag(root: CID, { blocks, marks, partial = false, signal }: ReachOptions): Promise<void> {
  const stack = new LinkStack()
  stack.push(root)
  for (let cid = stack.pop(); cid !== undefined; cid = stack.pop()) {
    if (marks.get(cid) !== 0) continue
    marks.set(cid, 1)
    if (cid.code === RAW && blocks.has(cid)) continue
    const bytes = await blocks.get(cid, { signal }).catch((error) => {
      if (partial && errorCode(error) === 'BLOCK_DAMAGED') return undefined
      throw error
    })
    if (bytes !== undefined) {
      for (const link of linksOf(cid, bytes)) if (marks.get(link) === 0) stack.push(link)
      if (stack.length > MAX_LINKS_AHEAD) throw tooLarge(root)
    } else if (!partial) {
      throw new StoreError(
        'DAG_INCOMPLETE',
        `Block ${cid} of ${root} is not in the store; import or fetch ${root} again.`,
      )
    }
  }
}

function tooLarge(root: CID): StoreError {
  const message = `${root} has more than ${MAX_LINKS_AHEAD} links ahead, which no release has.`
  return new StoreError('DAG_TOO_LARGE', message, { retryable: false })
}
