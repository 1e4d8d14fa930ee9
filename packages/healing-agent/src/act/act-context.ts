import type {
  Address,
  BlockSource,
  CallOptions,
  Chain,
  Clock,
  DomainState,
  Fence,
  Journal,
  PublishRequests,
  Transactor,
} from '@domainsync/core'
import type { Progress, TransactionLog } from '@domainsync/journal'
import type { AgentTools } from '../agent/agent-tools.ts'
import type { AgentDomain } from '../agent-domain.ts'

/** The registry that is written to. */
export interface RegistryPlace {
  readonly chainId: number
  readonly registry: Address
}

/** What carrying out an action needs. */
export interface ActContext {
  readonly domain: AgentDomain
  readonly network: RegistryPlace
  readonly chain: Chain
  readonly clock: Clock
  readonly journal: Journal
  readonly transactions: TransactionLog
  /** Holds the healer's key; absent: nothing is written on chain. */
  readonly transactor: Transactor | undefined
  readonly tools: Pick<AgentTools, 'carOf' | 'prove'>
  /** Who may publish; absent: a DNS update is drift. */
  readonly publishRequests?: PublishRequests | undefined
  /** Names the incident in operations. */
  readonly incident: string
  /** Stands in an operation in the place of the incident, where that is a person's wish. */
  readonly openedBy?: string
  /** Earlier tries of the same action. */
  readonly attempt: number
  /** The lease's epoch, in every write. */
  readonly fence: Fence
  /** Renews the lease; rejects with `LEASE_LOST`. Asked just before every pointer action. */
  readonly holdLease: () => Promise<void>
  /** Where the blocks of a release can be read, best first. */
  readonly survivors: (except: readonly string[]) => readonly BlockSource[]
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** Told at every point of an operation on chain. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** True for an error that leaves an operation running, to be finished later; without it the next pass plans anew. */
  readonly suspends?: ((error: unknown) => boolean) | undefined
}

/** The domain now, as a quorum agrees. */
export async function readHead(
  { chain, domain }: Pick<ActContext, 'chain' | 'domain'>,
  options: CallOptions,
): Promise<DomainState | undefined> {
  return chain.domain(domain.name, await chain.block('latest', options), options)
}
