import type { Address, BlockSource, Bytes32, CallOptions, DomainState } from '@domainsync/core'
import { type VerifyRootInput, verifyManifest, verifyRoot } from '@domainsync/sdk'
import { claimedSize } from '../proof/claimed-size.ts'
import type { Block, BlockStore } from '../store/block-store.ts'
import { fetchDag } from '../store/fetch-dag.ts'
import { boundedStore } from './bounded-store.ts'
import { DagTally } from './dag-tally.ts'
import { FollowError } from './follow-error.ts'
import type { FollowProgress } from './follow-event.ts'
import type { FollowQuotas } from './follow-quotas.ts'
import type { WantedRelease } from './wanted-releases.ts'

/** Where releases come from and go to. */
export interface FetchContext {
  readonly chainId: number
  readonly registry: Address
  readonly store: BlockStore
  /** The store first, then the network. */
  readonly source: BlockSource
  readonly quotas: FollowQuotas
  /** Longest that one release is fetched while others wait, in milliseconds. */
  readonly sliceMs: number
  readonly verifyMlDsa?: VerifyRootInput['verifyMlDsa']
  readonly onProgress?: ((progress: FollowProgress) => void) | undefined
}

export interface FetchReleaseOptions extends CallOptions {
  readonly state: DomainState
  readonly context: FetchContext
  /** What the domain's other releases take. */
  readonly tally: DagTally
  /** The release key that the live release has to be signed with, or by one that it led to. */
  readonly pinnedKey?: Bytes32 | undefined
}

/**
 * Fetches one release into the store: its manifest first, and nothing else before both signatures are right; then every block,
 * counted before it is stored; then every file is compared with the signed list. It is not pinned yet.
 *
 * @throws VerifyError, FollowError `QUOTA_RELEASE`, `QUOTA_DOMAIN`, `QUOTA_TOTAL`, `FOLLOW_SLICE_OVER`; DagError, BlockError;
 * StoreError
 */
export async function fetchRelease(
  wanted: WantedRelease,
  { state, context, tally, pinnedKey, ...call }: FetchReleaseOptions,
): Promise<void> {
  const { root, release, trust, heldFor } = wanted
  const { chainId, registry, store, source, quotas, verifyMlDsa } = context
  const input = { ...call, state, chainId, registry, root, release, trust, verifyMlDsa }
  await verifyManifest({ ...input, source, pinnedKey: heldFor === 'live' ? pinnedKey : undefined })
  await fetchDag(root, {
    ...call,
    source,
    store: boundedStore(store, { totalBytes: quotas.totalBytes, ...call }),
    onBlock: meter(wanted, { state, context, tally }),
  })
  await verifyRoot({ ...input, source: store })
}

/** Counts each block, and ends what is too much or takes too long. */
function meter(
  { release }: WantedRelease,
  { state, context, tally }: Pick<FetchReleaseOptions, 'state' | 'context' | 'tally'>,
): (block: Block) => void {
  const { quotas, sliceMs, onProgress } = context
  const { domain } = state
  const name = `Release ${release} of ${domain}`
  const own = new DagTally()
  // What cannot fit even alone takes no other's room.
  const mostBytes = Math.min(quotas.releaseBytes, quotas.domainBytes, quotas.totalBytes)
  const endAt = performance.now() + sliceMs
  let blocks = 0
  let totalBytes = 0
  return ({ cid, bytes }) => {
    // Parents come before children: the first is the root.
    if (blocks === 0) totalBytes = claimedSize(cid, bytes)
    own.add(cid, bytes.length)
    tally.add(cid, bytes.length)
    if (own.bytes > mostBytes) {
      throw new FollowError('QUOTA_RELEASE', `${name} is more than the ${mostBytes} bytes of a release.`, DROPPED)
    }
    if (tally.bytes > quotas.domainBytes) {
      const message = `With ${name} it would be more than the ${quotas.domainBytes} bytes of a domain.`
      throw new FollowError('QUOTA_DOMAIN', message, DROPPED)
    }
    if (performance.now() > endAt) {
      throw new FollowError('FOLLOW_SLICE_OVER', `${name} takes long; others come first, then it goes on.`)
    }
    onProgress?.({ domain, release, bytes: own.bytes, blocks: ++blocks, totalBytes })
  }
}

const DROPPED = { state: 'What was fetched of it is dropped; what was held before is held.', retryable: false }
