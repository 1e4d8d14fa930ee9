import { type Address, type Bytes32, type DomainName, domainId } from '@domainsync/core'
import { buildFeed, type Feed, type FeedLeaf, nextLeaf } from '@domainsync/sdk'

/** The digest of each domain's root, as the feed shall say it. */
export type FeedEntries = ReadonlyMap<DomainName, Bytes32>

/** A feed that may be anchored, and what it changes. */
export interface NextFeed {
  readonly feed: Feed
  /** Domains with another leaf than before, the new ones too. */
  readonly changed: readonly DomainName[]
  /** Domains of the feed before that the map no longer has. */
  readonly removed: readonly Address[]
}

/**
 * The feed after `previous`: a leaf of a domain whose root is the same stays as it is, any other is the next of its chain. The map
 * is whole: a domain that it does not have drops out.
 *
 * @throws FeedError `FEED_EMPTY`, `FEED_LEAF_INVALID`
 */
export function nextFeed(previous: Feed | undefined, entries: FeedEntries): NextFeed {
  const before = new Map(previous?.leaves.map((leaf) => [leaf.domain, leaf]))
  const leaves: FeedLeaf[] = []
  const changed: DomainName[] = []
  for (const [name, ipfsHash] of entries) {
    const domain = domainId(name)
    const known = before.get(domain)
    before.delete(domain)
    if (known?.ipfsHash === ipfsHash) leaves.push(known)
    else {
      leaves.push(nextLeaf(known, { domain, ipfsHash }))
      changed.push(name)
    }
  }
  return { feed: buildFeed(leaves), changed, removed: [...before.keys()] }
}
