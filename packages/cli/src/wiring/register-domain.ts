import { registrationTypedData } from '@domainsync/bindings'
import {
  type Address,
  type CallOptions,
  type DomainName,
  type DomainState,
  DomainSyncError,
  type Resolver,
  type TransactionReceipt,
} from '@domainsync/core'
import { createTransactor, registryCall, sendCall } from '@domainsync/sdk'
import type { Wallet } from 'ethers'
import { type Attested, attestedNow } from './attested.ts'
import type { DomainRoles } from './domain-roles.ts'
import { gatherAttestations } from './gather-attestations.ts'
import type { Network } from './network-chain.ts'
import { requireAnnouncement } from './require-announcement.ts'

export interface RegisterOptions extends CallOptions {
  readonly network: Network
  readonly roles: DomainRoles
  /** Attests here; `undefined` when others did. */
  readonly registrar: Wallet | undefined
  readonly attested?: Attested | undefined
  /** Pays for the transaction. */
  readonly payer: Wallet
  /** Asked for the announcement. */
  readonly resolvers: readonly Resolver[]
}

/**
 * Binds a name to its roles on chain: the registrar sees the announcement in DNS, attests, and the attestation is sent.
 * `undefined` when the name is registered already.
 *
 * @throws DomainSyncError `CHALLENGE_MISSING` with the record to add; `REGISTERED_TO_ANOTHER`; `BAD_ATTESTATION` with what is
 * wrong about it; see `sendCall`
 */
export async function registerDomain(
  domain: DomainName,
  options: RegisterOptions,
): Promise<TransactionReceipt | undefined> {
  const { network, roles, registrar, attested = attestedNow(), payer, resolvers, ...call } = options
  const { deadline, attestations: given } = attested
  const known = await network.chain.domain(domain, await network.chain.block('latest', call), call)
  if (known) {
    refuseOther(known, roles.owner)
    return undefined
  }
  await requireAnnouncement(domain, { ...network, owner: roles.owner, resolvers, ...call })
  const { owner, guardian, signer, pqKeyHash, publisher, healer } = roles
  const trust = { owner, guardian, signer, pqKeyHash }
  const typed = registrationTypedData({ ...network, name: domain, trust, publisher, healer, deadline })
  const attestations = await gatherAttestations(typed, { given, registrar, network, ...call })
  const registration = { ...trust, fromRelease: 0 }
  return sendCall(
    registryCall(network.registry, 'register', [domain, registration, publisher, healer, deadline, [...attestations]]),
    { transactor: createTransactor({ signer: payer, ...network }), ...call },
  )
}

/** @throws DomainSyncError `REGISTERED_TO_ANOTHER` */
export function refuseOther({ domain, trust }: DomainState, owner: Address): void {
  if (trust.owner === owner) return
  throw new DomainSyncError(
    'REGISTERED_TO_ANOTHER',
    `${domain} belongs to ${trust.owner} in the registry, not to ${owner}.`,
    {
      state: 'Nothing was written.',
      retryable: false,
    },
  )
}
