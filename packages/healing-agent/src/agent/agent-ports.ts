import type { Chain, Clock, PublishRequests, Transactor } from '@domainsync/core'
import type { Store } from '@domainsync/journal'
import type { RegistryPlace } from '../act/act-context.ts'
import type { NotifierRoute } from '../notifiers/message-route.ts'
import type { AgentKey } from './agent-key.ts'
import type { AgentTools } from './agent-tools.ts'

/** Everything the agent works with; the caller builds it and keeps owning it. */
export interface AgentPorts {
  readonly network: RegistryPlace
  /** The quorum. */
  readonly chain: Chain
  /** Holds the healer key. Without it the agent watches, repairs copies and DNS, and pages. */
  readonly transactor?: Transactor | undefined
  /** Address of the agent's key, also where the key itself is not opened; `hidden` when there is one that does not say. */
  readonly healer?: AgentKey | undefined
  readonly store: Pick<Store, 'journal' | 'transactions' | 'leases' | 'history' | 'outbox'>
  readonly clock: Clock
  readonly tools: AgentTools
  readonly notifiers: readonly NotifierRoute[]
  /** Who may publish a signed release that DNS names first; without it, such a record is drift. */
  readonly publishRequests?: PublishRequests | undefined
}
