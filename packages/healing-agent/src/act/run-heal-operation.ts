import { errorCode, type NewOperation, type Operation } from '@domainsync/core'
import { runOperation } from '@domainsync/journal'
import type { PointerAction } from '../plan/action.ts'
import { type ActContext, readHead } from './act-context.ts'
import { AgentError } from './agent-error.ts'
import { healOperationId } from './heal-operation-id.ts'
import { HEAL_STEPS, operationSteps } from './operation-steps.ts'
import { HOLD_STEP, releaseHold } from './publish-hold.ts'

type ChainAction = Exclude<PointerAction, { kind: 'swapDns' | 'requestPublish' }>

const KINDS = { rollback: 'rollback', keep: 'keep', pausePublishing: 'heal', logHealthFailure: 'heal' } as const

/** Carries out a pointer action on chain as an operation of the journal. One sentence about what was done. */
export async function runHealOperation(action: ChainAction, context: ActContext): Promise<string> {
  const { journal, network, domain, incident, openedBy, attempt, fence } = context
  const { kind, expectedSeq } = action
  const plan = kind === 'rollback' || kind === 'keep' ? `${kind} ${action.release}` : kind
  const id = healOperationId({ ...network, domain: domain.name, incident, plan, expectedSeq, attempt })
  const root = 'root' in action ? { root: action.root } : {}
  await makeWay(context, { urgent: kind === 'rollback' || kind === 'pausePublishing' })
  const operation: NewOperation = {
    id,
    kind: KINDS[kind],
    domain: domain.name,
    incident: openedBy ?? incident,
    expectedSeq,
    epoch: fence.epoch,
    steps: HEAL_STEPS[kind],
    ...root,
  }
  const opened = await journal.open(operation)
  await run(opened, context)
  return done(action)
}

/** Goes on with an operation of the agent that a crash left running. */
export async function resumeHealOperation(operation: Operation, context: ActContext): Promise<void> {
  const { journal, fence } = context
  const { id, kind, domain, expectedSeq, incident, root, steps } = operation
  const again: NewOperation = {
    id,
    kind,
    domain,
    expectedSeq,
    epoch: fence.epoch,
    steps: steps.map(({ key }) => key),
    ...(incident === undefined ? {} : { incident }),
    ...(root === undefined ? {} : { root }),
  }
  const opened = await journal.open(again)
  await run(opened, context)
}

async function run(operation: Operation, context: ActContext): Promise<void> {
  const { journal, clock, signal, onProgress, suspends } = context
  const options = { journal, context, signal, clock, onProgress, suspends }
  await runOperation(operation, operationSteps(operation, context), options)
}

/** An operation of ours that does something on chain, as opposed to one that only holds the publisher off. */
export function isResumable({ kind, steps, state }: Operation): boolean {
  const known: ReadonlySet<string> = new Set(Object.values(HEAL_STEPS).flat())
  return Object.values<string>(KINDS).includes(kind) && state === 'running' && steps.every(({ key }) => known.has(key))
}

/**
 * One operation runs per domain. Our own hold on the publisher ends for the repair; to an urgent one, a publish that waits, or
 * whose transaction can have no effect any more, yields. One that may be in a block any moment is waited for.
 */
async function makeWay(context: ActContext, { urgent }: { urgent: boolean }): Promise<void> {
  const { journal, domain, fence } = context
  for (const running of await journal.running(domain.name)) {
    if (running.steps.some(({ key }) => key === HOLD_STEP)) await releaseHold(running, context)
    if (running.kind !== 'publish' && running.kind !== 'prepare') continue
    const sync = running.steps.find(({ key }) => key === 'sync')
    const state = await readHead(context, { signal: context.signal, timeoutMs: context.timeoutMs })
    const overtaken = state !== undefined && state.head.seq !== running.expectedSeq
    if (!urgent || (sync !== undefined && sync.state !== 'pending' && !overtaken)) {
      throw new AgentError(
        'PUBLISH_RUNNING',
        `A publish of ${domain.name} is on its way; ${urgent ? 'the repair' : 'this'} waits for it.`,
        {
          state: 'Nothing was sent.',
        },
      )
    }
    const step = running.steps.find(({ state: one }) => one !== 'done')
    const error = 'A repair of the live release goes first; publish again afterwards.'
    try {
      if (step !== undefined) await journal.advance(running.id, { kind: 'failed', step: step.key, error }, fence)
      await journal.advance(running.id, { kind: 'finish', state: 'failed' }, fence)
    } catch (cause) {
      // It ended by itself meanwhile.
      if (errorCode(cause) !== 'OPERATION_CLOSED') throw cause
    }
  }
}

function done(action: ChainAction): string {
  switch (action.kind) {
    case 'rollback':
      return `Release ${action.release} is live again; everything newer is quarantined.`
    case 'keep':
      return `Release ${action.release} is kept: no later publish can push it out of the registry.`
    case 'pausePublishing':
      return 'Publishing is paused on chain; the owner unpauses it.'
    case 'logHealthFailure':
      return 'The failure is logged on chain.'
  }
}
