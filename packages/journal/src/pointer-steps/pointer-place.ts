import type { Chain, DnsDriver, DomainName, Transactor } from '@domainsync/core'

/** The two pointers of one domain, chain and DNS, and how they are reached. */
export interface PointerPlace {
  readonly name: DomainName
  /** The quorum. */
  readonly chain: Chain
  readonly transactor: Pick<Transactor, 'receipt'>
  readonly dns: DnsDriver
  /** Renews the right to act, where one is needed; rejects when it was lost. Asked just before DNS is written. */
  readonly holdLease?: () => Promise<void>
}

/** Where the pointers of an operation are, from its context. */
export type PlaceOf<Context> = (context: Context) => PointerPlace
