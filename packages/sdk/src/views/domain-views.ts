import type { Address, Bytes32 } from '@domainsync/core'
import { registryInterface } from '../chain/registry-interface.ts'
import type { FeedLeaf } from '../feed/feed-leaf.ts'
import { readViews, type ViewOptions } from './read-views.ts'

const view = (name: string, args: readonly unknown[]) => ({ abi: registryInterface, name, args })

/** How many reclaims of a domain were started: the nonce of the next attestation. @throws ChainError */
export async function readReclaims(domain: Address, options: ViewOptions): Promise<number> {
  const [answer] = await readViews([view('reclaims', [domain])], { ...options, what: `reclaims of ${domain}` })
  return Number(answer![0])
}

/** The feed that a domain's owner chose; `undefined` when none. @throws ChainError */
export async function readFeedOf(domain: Address, options: ViewOptions): Promise<Address | undefined> {
  const [answer] = await readViews([view('roles', [domain])], { ...options, what: `the feed of ${domain}` })
  const feed = (answer as [string, string, string])[2].toLowerCase() as Address
  return BigInt(feed) === 0n ? undefined : feed
}

/** What a feed has anchored, and its fence. */
export interface FeedHead {
  /** `undefined` before the first. */
  readonly root: Bytes32 | undefined
  readonly seq: number
}

/** The root that a feed has anchored last, as a quorum shows it. @throws ChainError */
export async function readFeedHead(feed: Address, options: ViewOptions): Promise<FeedHead> {
  const [answer] = await readViews([view('feedHead', [feed])], { ...options, what: `the root of feed ${feed}` })
  const [root, seq] = answer as [Bytes32, bigint]
  return { root: BigInt(root) === 0n ? undefined : root, seq: Number(seq) }
}

/** Whether a leaf is a success in the current root of the feed that its domain chose: the registry's own answer. @throws ChainError */
export async function verifyLeaf(
  { leaf, proof }: { leaf: FeedLeaf; proof: readonly Bytes32[] },
  options: ViewOptions,
): Promise<boolean> {
  const views = [view('verifyLeaf', [leaf, proof])]
  const [answer] = await readViews(views, { ...options, what: `the leaf of ${leaf.domain}` })
  return answer![0] === true
}
