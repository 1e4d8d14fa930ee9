import type { DnsDriver, DomainName, Replica } from '@domainsync/core'
import type { Publisher } from '@domainsync/publisher'
import type { Network } from '../wiring/network-chain.ts'
import type { Stage } from './stage.ts'
import type { DemoSite } from './write-demo-config.ts'

/** What an act may use to break things and to see for itself that they are whole again. */
export interface ActScene {
  readonly stage: Stage
  /** The site that the act is about. */
  readonly site: DemoSite
  readonly sites: readonly DemoSite[]
  readonly network: Network
  readonly replicas: readonly Replica[]
  readonly dns: DnsDriver
  /** Opens the publisher for a piece of work: its store is free for others in between. */
  withPublisher<T>(work: (publisher: Publisher) => Promise<T>): Promise<T>
  readonly signal: AbortSignal
  /** The live root as the registry has it. */
  liveRoot(domain: DomainName): Promise<string>
  say(line: string): void
}

/** One fault, from the injection until the world is seen to be whole again. */
export interface Act {
  readonly title: string
  /** What is promised, in milliseconds. */
  readonly targetMs: number
  /** Breaks it and waits; the time from the break to the repair, `undefined` when it was not repaired in time. */
  play(scene: ActScene): Promise<number | undefined>
}

/** The promise for every act: from the first bad look to the third good one. */
export const HEALING_TARGET_MS = 5 * 60_000
