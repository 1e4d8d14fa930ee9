import type { DomainState, Operation } from '@domainsync/core'
import { PublishError } from './publish-error.ts'

/** @throws PublishError `STALE_SEQ` when the domain changed since the publish was planned: its number is another's now */
export function requireFence({ head, domain }: DomainState, { expectedSeq }: Pick<Operation, 'expectedSeq'>): void {
  if (head.seq === expectedSeq) return
  throw new PublishError('STALE_SEQ', `${domain} changed on chain after this publish was planned.`, {
    next: `domainsync publish ${domain}`,
  })
}
