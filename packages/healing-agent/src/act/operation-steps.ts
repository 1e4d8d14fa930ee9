import { type DomainState, domainId, hashFromRoot, type Operation, rootFromHash } from '@domainsync/core'
import { confirmStep, type PointerPlace, type StepDefinition, swapStep, transactionStep } from '@domainsync/journal'
import { CID } from 'multiformats/cid'
import { type ActContext, readHead } from './act-context.ts'
import { AgentError } from './agent-error.ts'
import { encodeHealerCall, type HealerCall } from './registry-call.ts'

/** Steps of the agent's operations, by their key in the journal. */
export const HEAL_STEPS = {
  rollback: ['rollback', 'confirm', 'swap'],
  keep: ['keep', 'confirm'],
  pausePublishing: ['pausePublishing'],
  logHealthFailure: ['logHealthFailure'],
} as const satisfies Record<HealerCall['kind'], readonly string[]>

/** What a healer's call may use at most; the dearest measured is a first keep, 61,000 gas. */
const GAS_LIMIT = 200_000n
/** How often it is asked whether a step has shown, in milliseconds. */
const OBSERVE_EVERY_MS = 1_000
/** How long the quorum may take to show a call. */
const CONFIRM_TIMEOUT_MS = 120_000
/** How long DNS may take to show what was written. */
const SWAP_TIMEOUT_MS = 30_000

/** The definitions of an operation's steps, from what the journal holds of it alone: a restart can go on with it. */
export function operationSteps(operation: Operation, context: ActContext): StepDefinition<ActContext>[] {
  return operation.steps.map(({ key }) => {
    switch (key) {
      case 'rollback':
      case 'keep':
      case 'pausePublishing':
      case 'logHealthFailure':
        return callStep(key, context)
      case 'confirm':
        return confirmStep({
          place: pointersOf,
          transaction: operation.steps[0]!.key,
          observeTimeoutMs: CONFIRM_TIMEOUT_MS,
          observeEveryMs: OBSERVE_EVERY_MS,
        })
      case 'swap':
        return swapStep({ place: pointersOf, observeTimeoutMs: SWAP_TIMEOUT_MS, observeEveryMs: OBSERVE_EVERY_MS })
      default:
        throw new AgentError(
          'OPERATION_UNKNOWN',
          `Operation ${operation.id} has the step "${key}", not one of the agent's.`,
          {
            retryable: false,
          },
        )
    }
  })
}

/** One transaction of the healer. Lease and head are read again when it is decided, and just before it is sent. */
function callStep(kind: HealerCall['kind'], context: ActContext): StepDefinition<ActContext> {
  const { transactor, transactions, network, domain } = context
  if (transactor === undefined) {
    throw new AgentError('NO_HEALER_KEY', 'The agent has no healer key; configure keys.healer.', { retryable: false })
  }
  const step = transactionStep<ActContext>({
    key: kind,
    chainId: network.chainId,
    transactor,
    transactions,
    observeEveryMs: OBSERVE_EVERY_MS,
    retry: { attempts: 4, firstDelayMs: 1_000, maxDelayMs: 5_000 },
    request: async ({ operation, signal }) => {
      const state = requireFence(operation, await readHead(context, { signal, timeoutMs: context.timeoutMs }))
      const data = encodeHealerCall(domainId(domain.name), callOf(kind, { operation, state }))
      return { to: network.registry, data, gasLimit: GAS_LIMIT }
    },
  })
  return {
    ...step,
    async effect(run, intent) {
      await context.holdLease()
      const state = await readHead(context, { signal: run.signal, timeoutMs: context.timeoutMs })
      if (state?.head.seq !== run.operation.expectedSeq) {
        // Our own transaction may have moved the fence before a crash: then its receipt shows.
        if ((await step.observe(run, intent)) !== undefined) return
        requireFence(run.operation, state)
      }
      await step.effect(run, intent)
    },
  }
}

/** Where the two pointers of the domain are. The steps before have a transactor, so that these do. */
function pointersOf({ domain, chain, transactor, holdLease }: ActContext): PointerPlace {
  return { name: domain.name, chain, transactor: transactor!, dns: domain.dns.driver, holdLease }
}

function requireFence(operation: Operation, state: DomainState | undefined): DomainState {
  if (state !== undefined && state.head.seq === operation.expectedSeq) return state
  const found = state === undefined ? 'gone' : `seq ${state.head.seq}`
  throw new AgentError(
    'PLAN_STALE',
    `${operation.domain} changed on chain (${found}, planned at ${operation.expectedSeq}).`,
    {
      state: 'Nothing was sent.',
      retryable: false,
    },
  )
}

/** The call an operation stands for, and whether the registry's state still allows it. */
function callOf(
  kind: HealerCall['kind'],
  { operation, state }: { operation: Operation; state: DomainState },
): HealerCall {
  const { expectedSeq } = operation
  switch (kind) {
    case 'pausePublishing':
      return { kind }
    case 'logHealthFailure':
      return { kind, ipfsHash: hashFromRoot(CID.parse(operation.root ?? '')) }
    case 'keep': {
      const { release } = requireStable(operation, state, (one) => one <= state.head.live)
      return { kind, release, expectedSeq }
    }
    case 'rollback': {
      const { release } = requireStable(operation, state, (one) => one < state.head.live)
      return { kind, release, expectedSeq }
    }
  }
}

function requireStable(operation: Operation, { releases }: DomainState, allowed: (release: number) => boolean) {
  const entry = releases.find(
    ({ ipfsHash, stable, release }) => stable && allowed(release) && `${rootFromHash(ipfsHash)}` === operation.root,
  )
  if (entry !== undefined) return entry
  throw new AgentError('NOT_ALLOWED', `${operation.root} is no stable release of ${operation.domain} to go to.`, {
    state: 'Nothing was sent.',
    retryable: false,
  })
}
