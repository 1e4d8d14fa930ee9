import type { StepRun } from '@domainsync/journal'
import { overtaken } from './overtaken.ts'
import type { PublishContext } from './publish-context.ts'

/** @throws PublishError `STALE_SEQ` when the domain changed since the publish was planned: its number is another's now */
export async function requireFence({ context, operation, signal }: StepRun<PublishContext>): Promise<void> {
  const { ports, domain, state } = context
  if (state.head.seq === operation.expectedSeq) return
  throw await overtaken({ domain: domain.name, sent: false, ports, signal })
}
