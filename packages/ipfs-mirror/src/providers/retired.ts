import type { CallOptions, Replica, ReplicaStatus } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { createGatewaySource } from './gateway-source.ts'
import { createProviderHttp } from './provider-http.ts'
import { ReplicaError } from './replica-error.ts'

/** Providers that ended, what they were, and where their content can still be read as long as it is there. */
export const RETIRED_PROVIDERS = {
  'nft.storage': { gatewayUrl: 'https://nftstorage.link', ended: 'uploads and pinning ended on 30 June 2024' },
  'web3.storage': { gatewayUrl: 'https://w3s.link', ended: 'writes ended in spring 2026' },
} as const

export type RetiredKind = keyof typeof RETIRED_PROVIDERS

/** Who takes CARs today. */
const SUCCESSORS = 'filebase, pinata or lighthouse, or a node of your own (kubo, ipfs-cluster)'

export interface RetiredReplicaOptions {
  readonly name: string
  readonly kind: RetiredKind
  /** Default: the provider's own. */
  readonly gatewayUrl?: string | undefined
}

/** What anybody is told who wants to write to one. */
export function providerRetired(name: string, kind: RetiredKind): ReplicaError {
  const { ended } = RETIRED_PROVIDERS[kind]
  return new ReplicaError('PROVIDER_RETIRED', `${name} takes nothing any more: ${ended}. Use ${SUCCESSORS} instead.`, {
    retryable: false,
    next: `domainsync migrate ${name}`,
  })
}

/**
 * A provider that takes nothing any more: what is still there can be read, a write is refused with `PROVIDER_RETIRED`. It is
 * nobody's copy: what its gateway gives is `served` at best.
 */
export function createRetiredReplica({
  name,
  kind,
  gatewayUrl,
}: RetiredReplicaOptions): Replica & Required<Pick<Replica, 'upload'>> {
  const { gatewayUrl: own } = RETIRED_PROVIDERS[kind]
  const source = createGatewaySource(name, createProviderHttp({ name, url: gatewayUrl ?? own }))

  async function status(root: CID, call: CallOptions = {}): Promise<ReplicaStatus> {
    return (await source.get(root, call)) === undefined ? 'absent' : 'pinned'
  }

  async function upload(): Promise<void> {
    throw providerRetired(name, kind)
  }

  return { name, failureDomain: kind, evidence: 'served', source, status, upload }
}
