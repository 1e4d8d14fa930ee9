import {
  type CallOptions,
  type DomainState,
  errorCode,
  LANE_HEALING,
  type Operation,
  rootFromHash,
} from '@domainsync/core'
import { proveReplication } from '@domainsync/ipfs-mirror'
import { unanswered } from '@domainsync/journal'
import type { CID } from 'multiformats/cid'
import type { AgentPorts } from '../agent/agent-ports.ts'
import type { AgentDomain } from '../agent-domain.ts'
import { ownerState } from '../lease/owner-state.ts'
import { processOwner } from '../lease/process-owner.ts'
import { type ActContext, readHead } from './act-context.ts'
import { AgentError } from './agent-error.ts'
import { resumeHealOperation, runHealOperation } from './run-heal-operation.ts'

/** Time for the whole of it, in milliseconds. */
export const ROLLBACK_TIMEOUT_MS = 300_000

/** What a person decided. */
export interface RollbackDecision {
  readonly from: number
  readonly to: number
  readonly root: CID
  /** Copies of the target that were read back just now. */
  readonly held: number
}

export interface RollBackOptions extends CallOptions {
  readonly ports: AgentPorts
  /** The release to go to; default: the newest stable one before the live one. */
  readonly to?: number | undefined
}

/**
 * What a rollback would go to: an older stable release that verifies and whose copies were just proven.
 *
 * @throws AgentError `NOT_ALLOWED` when there is none, `TARGET_UNPROVEN`, `TARGET_UNVERIFIABLE`; ChainError
 */
export async function planRollback(
  domain: AgentDomain,
  { ports, to, ...call }: RollBackOptions,
): Promise<{ decision: RollbackDecision; state: DomainState }> {
  const state = await readHead({ chain: ports.chain, domain }, call)
  if (state === undefined) throw notAllowed(`${domain.name} is not in the registry.`)
  const { live, paused } = state.head
  // The owner may all the same; a transaction of the healer's would revert.
  if ((paused & LANE_HEALING) !== 0 && ports.healer !== undefined) {
    throw new AgentError('LANE_PAUSED', `Healing of ${domain.name} is paused on chain: only its owner may go back.`, {
      state: 'Nothing was sent.',
      next: `domainsync unpause ${domain.name} healing`,
      retryable: false,
    })
  }
  const release = to ?? state.rollbackTarget?.release
  const entry = state.releases.find((one) => one.release === release && one.stable && one.release < live)
  if (entry === undefined) {
    const wish =
      to === undefined ? `There is no stable release before ${live}` : `Release ${to} is no stable one before ${live}`
    throw notAllowed(`${wish} of ${domain.name} that the registry still holds.`)
  }
  const root = rootFromHash(entry.ipfsHash)
  const verification = await ports.tools.verifierFor(domain)({ state, release: entry.release, root }, call)
  if (verification.kind !== 'verified') {
    throw new AgentError('TARGET_UNVERIFIABLE', `Release ${entry.release} of ${domain.name}: ${verification.reason}`, {
      state: 'Nothing was sent.',
      retryable: verification.kind === 'unknown',
    })
  }
  const { need, minFailureDomains } = domain
  const replicas = domain.replicas.map(({ replica }) => replica)
  // A full disk must not keep anybody from going back.
  const proof = await proveReplication(root, replicas, { need, minFailureDomains, acceptUntested: true, ...call })
  if (!proof.ok) {
    throw new AgentError(
      'TARGET_UNPROVEN',
      `Release ${entry.release} of ${domain.name}: ${proof.held} of the ${need} copies that are needed were proven.`,
      { state: 'Nothing was sent.', next: 'domainsync heal' },
    )
  }
  return { decision: { from: live, to: entry.release, root, held: proof.held }, state }
}

/**
 * Carries out a planned rollback: chain, then DNS. May be killed and run again, and waits for `finishRollbacks` while RPCs or DNS
 * cannot be asked. The ports' key is the healer's or the owner's.
 */
export async function rollBackByHand(
  domain: AgentDomain,
  { decision, state, ...options }: RollBackOptions & { decision: RollbackDecision; state: DomainState },
): Promise<string> {
  const { to: release, root } = decision
  const context = contextByHand(domain, options)
  const action = { kind: 'rollback', release, root: `${root}`, expectedSeq: state.head.seq } as const
  return explained(domain, options.ports, () => runHealOperation(action, context))
}

/** A rollback that waits says how far it came, and what finishes it. */
async function explained<T>({ name }: AgentDomain, { store }: AgentPorts, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const cause = unanswered(error)
    const left = (await store.journal.running(name)).find(isByHand)
    if (cause === undefined || left === undefined) throw error
    const onChain = left.steps.some(({ key, state }) => key === 'rollback' && state === 'done')
    throw new AgentError(errorCode(cause), cause.message, {
      cause: cause.cause,
      state: onChain ? 'The chain went back; DNS does not point there yet.' : 'DNS was left alone.',
      next: `domainsync resume ${name}`,
    })
  }
}

/**
 * Finishes rollbacks by hand that a kill left half done (the chain went back, DNS did not), before a new one is thought of. Those
 * of an agent are its own to finish. The roots that are live again.
 */
export async function finishRollbacks(domain: AgentDomain, options: RollBackOptions): Promise<string[]> {
  const running = await options.ports.store.journal.running(domain.name)
  const rollbacks = running.filter(isByHand)
  for (const operation of rollbacks) {
    await explained(domain, options.ports, () => resumeHealOperation(operation, contextByHand(domain, options)))
  }
  return rollbacks.flatMap(({ root }) => root ?? [])
}

/** A rollback that was begun without a lease. */
export function isByHand({ kind, epoch }: Pick<Operation, 'kind' | 'epoch'>): boolean {
  return kind === 'rollback' && epoch === 0
}

/** A rollback by hand whose process still lives: an agent of the same journal leaves it alone. */
export function isInHand(operation: Pick<Operation, 'kind' | 'epoch' | 'incident'>): boolean {
  const { incident = '' } = operation
  return isByHand(operation) && ownerState(incident.slice(BY_HAND.length)) === 'alive'
}

/** Begins what stands in such an operation in the place of an incident; the process follows. */
const BY_HAND = 'by hand '

function contextByHand(domain: AgentDomain, { ports, ...call }: RollBackOptions): ActContext {
  const { store, chain, clock, network, transactor, tools } = ports
  const timeoutMs = call.timeoutMs ?? ROLLBACK_TIMEOUT_MS
  const limit = AbortSignal.timeout(timeoutMs)
  return {
    domain,
    network,
    chain,
    clock,
    journal: store.journal,
    transactions: store.transactions,
    transactor,
    tools,
    incident: 'by hand',
    openedBy: `${BY_HAND}${processOwner()}`,
    attempt: 0,
    // A person needs no lease: the registry's fence decides who was first.
    fence: { epoch: 0 },
    holdLease: async () => {},
    survivors: () => domain.replicas.map(({ replica }) => replica.source),
    suspends: (error) => unanswered(error) !== undefined,
    signal: call.signal ? AbortSignal.any([call.signal, limit]) : limit,
    timeoutMs,
  }
}

function notAllowed(message: string): AgentError {
  return new AgentError('NOT_ALLOWED', message, { state: 'Nothing was sent.', retryable: false })
}
