import type { DomainState } from '@domainsync/core'
import type { HybridSigner } from '@domainsync/pq'
import { PublishError } from './publish-error.ts'
import type { PublisherPorts } from './publisher-ports.ts'

/** @throws PublishError `NOT_AUTHORIZED` when the key here is not the domain's publisher */
export function refuseSender(
  { domain, publisher }: DomainState,
  { transactor }: Pick<PublisherPorts, 'transactor'>,
): void {
  if (transactor.address === publisher) return
  throw new PublishError(
    'NOT_AUTHORIZED',
    `The publisher of ${domain} is ${publisher}; the key here is ${transactor.address}.`,
  )
}

/**
 * The keys here must be those that the next release verifies under: one signed by others would be refused by every reader.
 *
 * @throws PublishError `KEY_MISMATCH`
 */
export function refuseSigners({ domain, head, nextTrust }: DomainState, { signer, pq }: HybridSigner): void {
  const address = signer.address.toLowerCase()
  const pqKeyHash = `0x${pq.keyId}`
  const [what, wanted, found] =
    address === nextTrust.signer
      ? ['release key', nextTrust.pqKeyHash, pqKeyHash]
      : ['signer', nextTrust.signer, address]
  if (wanted === found) return
  throw new PublishError(
    'KEY_MISMATCH',
    `The ${what} of ${domain} is ${wanted} on chain from release ${head.latest + 1} on; the key here is ${found}.`,
    { state: 'Nothing was signed, and nothing was sent.', next: 'domainsync config' },
  )
}
