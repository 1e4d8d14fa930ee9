import type {
  Address,
  BlockSource,
  Chain,
  Clock,
  DnsDriver,
  DomainName,
  Notifier,
  Replica,
  Resolver,
  SiteCheck,
} from '@domainsync/core'
import type { BlockStore } from '@domainsync/ipfs-mirror'
import type { Store } from '@domainsync/journal'
import type { HybridSigner, MlDsaVerify, Rotation } from '@domainsync/pq'
import type { EstimatingTransactor } from '@domainsync/sdk'

/** What one domain needs to be published. */
export interface PublishedDomain {
  readonly name: DomainName
  readonly dns: DnsDriver
  /** Asked how far a DNS change has come. */
  readonly resolvers: readonly Resolver[]
  /** Asked on a preview before anything moves. */
  readonly checks: readonly SiteCheck[]
}

/** Everything the publisher works with; the caller builds it and keeps owning it. */
export interface PublisherPorts {
  readonly network: PublisherNetwork
  /** The quorum. */
  readonly chain: Chain
  /** Holds the publisher key. */
  readonly transactor: EstimatingTransactor
  readonly store: Store
  /** The publisher's own blocks: what it imported and signed, until all is done. */
  readonly blocks: BlockStore
  /** File that remembers a domain's folder between imports. */
  importCache(domain: DomainName): string
  /** Folder of CARs on their way. */
  readonly carFolder: string
  readonly replicas: readonly Replica[]
  /** K of the K-of-N proof, and whether one machine may do (a trial). */
  readonly replication: { readonly need: number; readonly trial: boolean }
  /** Reads what is live and what is quarantined, every block verified: own blocks first, then replicas and gateways. */
  readonly reader: BlockSource
  /** The keys that sign releases; asked for only when something is to be signed. */
  keys(): Promise<HybridSigner>
  /** Exchanges of a domain's keys that were signed here, the oldest first. */
  rotations(domain: DomainName): Promise<readonly Rotation[]>
  readonly domains: ReadonlyMap<DomainName, PublishedDomain>
  readonly notifiers: readonly Notifier[]
  readonly clock: Clock
  readonly verifyMlDsa: MlDsaVerify
}

export interface PublisherNetwork {
  readonly chainId: number
  readonly registry: Address
  /** Blocks on top of the sync before DNS follows. */
  readonly confirmations: number
  /** What a sync may cost at most, and the price that turns gas into money; absent: any. */
  readonly budget?: { readonly maxUsd: number; readonly ethUsd: number } | undefined
}
