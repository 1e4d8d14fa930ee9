import type { Action, MessageAction } from '../plan/action.ts'
import type { ActContext } from './act-context.ts'
import { holdPublishing, letPublish } from './publish-hold.ts'
import { repairCopies } from './repair-copies.ts'
import { requestPublish } from './request-publish.ts'
import { runHealOperation } from './run-heal-operation.ts'
import { swapDns } from './swap-dns.ts'

/** Carries out one action; everything but messages, which go through the outbox. One sentence about what was done. */
export function executeAction(
  action: Exclude<Action, MessageAction>,
  context: ActContext,
  expectedSeq: number,
): Promise<string> {
  switch (action.kind) {
    case 'restart':
    case 'repin':
    case 'reupload':
    case 'spareProvider':
    case 'raise':
    case 'redeploy':
      return repairCopies(action, context)
    case 'swapDns':
      return swapDns(action, context)
    case 'rollback':
    case 'keep':
    case 'pausePublishing':
    case 'logHealthFailure':
      return runHealOperation(action, context)
    case 'requestPublish':
      return requestPublish(action, context)
    case 'blockPublishing':
      return holdPublishing(context, expectedSeq)
    case 'unblockPublishing':
      return letPublish(context)
  }
}
