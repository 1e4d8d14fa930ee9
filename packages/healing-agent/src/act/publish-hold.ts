import type { Operation } from '@domainsync/core'
import type { ActContext } from './act-context.ts'
import { healOperationId } from './heal-operation-id.ts'

/** The one step of an operation that only holds the publisher off: it is done when the copies are back. */
export const HOLD_STEP = 'hold'

/**
 * Blocks publishing without a transaction: at most one operation runs per domain, so while this one does, no publish opens.
 */
export async function holdPublishing(context: ActContext, expectedSeq: number): Promise<string> {
  const { journal, network, domain, incident, attempt, fence } = context
  const running = await journal.running(domain.name)
  if (running.length > 0) return 'Another operation holds the domain already.'
  const id = healOperationId({ ...network, domain: domain.name, incident, plan: HOLD_STEP, expectedSeq, attempt })
  await journal.open({
    id,
    kind: 'heal',
    domain: domain.name,
    incident,
    expectedSeq,
    epoch: fence.epoch,
    steps: [HOLD_STEP],
  })
  return 'Publishing waits until the copies are back.'
}

/** Ends the hold, or nothing when there is none. */
export async function letPublish(context: ActContext): Promise<string> {
  for (const operation of await context.journal.running(context.domain.name)) {
    if (isHold(operation)) await releaseHold(operation, context)
  }
  return 'Publishing may go on.'
}

export async function releaseHold({ id }: Operation, { journal, fence }: ActContext): Promise<void> {
  await journal.advance(id, { kind: 'intent', step: HOLD_STEP, intent: null }, fence)
  await journal.advance(id, { kind: 'done', step: HOLD_STEP, receipt: null }, fence)
  await journal.advance(id, { kind: 'finish', state: 'done' }, fence)
}

export function isHold({ kind, steps }: Operation): boolean {
  return kind === 'heal' && steps.some(({ key }) => key === HOLD_STEP)
}
