import { createHash } from 'node:crypto'
import type { Address } from '@domainsync/core'

/** What makes two publishes the same work. */
export interface PublishIdentity {
  readonly kind: 'publish' | 'prepare'
  readonly chainId: number
  readonly registry: Address
  readonly domain: string
  readonly expectedSeq: number
  readonly content: string
  /** Of a release that was signed elsewhere: the same files under another signature are other work. */
  readonly root?: string | undefined
}

/** The journal's id of a publish: the same for the same work, so that trying again goes on instead of starting over. */
export function publishOperationId(identity: PublishIdentity): string {
  const { kind, chainId, registry, domain, expectedSeq, content, root } = identity
  const signed = root === undefined ? [] : [root]
  const text = JSON.stringify([kind, chainId, registry.toLowerCase(), domain, expectedSeq, content, ...signed])
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
