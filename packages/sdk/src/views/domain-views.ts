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

/** Whether a leaf is a success in the current root of the feed that its domain chose: the registry's own answer. @throws ChainError */
export async function verifyLeaf(
  { leaf, proof }: { leaf: FeedLeaf; proof: readonly Bytes32[] },
  options: ViewOptions,
): Promise<boolean> {
  const views = [view('verifyLeaf', [leaf, proof])]
  const [answer] = await readViews(views, { ...options, what: `the leaf of ${leaf.domain}` })
  return answer![0] === true
}
