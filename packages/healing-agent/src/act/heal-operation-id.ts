import { createHash } from 'node:crypto'
import type { Address } from '@domainsync/core'

/** What makes two heal operations the same work. */
export interface HealIdentity {
  readonly chainId: number
  readonly registry: Address
  readonly domain: string
  readonly incident: string
  /** The action, by kind and target. */
  readonly plan: string
  readonly expectedSeq: number
  /** 0 at the first try. */
  readonly attempt: number
}

/** The journal's id of a heal operation: the same for the same work, so that after a crash it goes on. */
export function healOperationId(identity: HealIdentity): string {
  const { chainId, registry, domain, incident, plan, expectedSeq, attempt } = identity
  const text = JSON.stringify(['heal', chainId, registry.toLowerCase(), domain, incident, plan, expectedSeq, attempt])
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
