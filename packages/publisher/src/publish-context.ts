import type { DomainState } from '@domainsync/core'
import type { PublishedDomain, PublisherPorts } from './publisher-ports.ts'
import type { OnTransfer } from './transfer-progress.ts'

/** What every step of a publish gets. */
export interface PublishContext {
  readonly ports: PublisherPorts
  readonly domain: PublishedDomain
  /** The domain as it was when this run began. */
  readonly state: DomainState
  /** Told how far the long parts are. */
  readonly onTransfer?: OnTransfer | undefined
}
