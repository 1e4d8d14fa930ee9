import { IDomainSyncRegistry__factory, registrationTypedData } from '@domainsync/bindings'
import {
  type Address,
  type CallOptions,
  type DomainName,
  type DomainState,
  DomainSyncError,
  type Resolver,
  type TransactionReceipt,
} from '@domainsync/core'
import { createTransactor, explainAttestations, readRegistrars } from '@domainsync/sdk'
import type { Wallet } from 'ethers'
import type { DomainRoles } from './domain-roles.ts'
import type { Network } from './network-chain.ts'
import { type AnnouncementSight, notSeenText, seeAnnouncement } from './see-announcement.ts'
import { sendCall } from './send-call.ts'

export interface RegisterOptions extends CallOptions {
  readonly network: Network
  readonly roles: DomainRoles
  readonly registrar: Wallet
  /** Pays for the transaction. */
  readonly payer: Wallet
  /** Asked for the announcement. */
  readonly resolvers: readonly Resolver[]
  readonly now: () => number
}

/** How long a registrar's attestation is good, in seconds. */
const ATTESTATION_LIFETIME_S = 3_600
const registry = IDomainSyncRegistry__factory.createInterface()

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
  const { network, roles, registrar, payer, resolvers, now, ...call } = options
  const known = await network.chain.domain(domain, await network.chain.block('latest', call), call)
  if (known) {
    refuseOther(known, roles.owner)
    return undefined
  }
  const sight = await seeAnnouncement(domain, { ...network, owner: roles.owner, resolvers, ...call })
  if (sight.seenBy.length === 0 || sight.notSeenBy.length > 0) throw challengeMissing(domain, sight)
  const { owner, guardian, signer, pqKeyHash, publisher, healer } = roles
  const trust = { owner, guardian, signer, pqKeyHash }
  const deadline = Math.floor(now() / 1_000) + ATTESTATION_LIFETIME_S
  const typed = registrationTypedData({ ...network, name: domain, trust, publisher, healer, deadline })
  const attestation = await registrar.signTypedData(typed.domain, typed.types, typed.message)
  const address = registrar.address.toLowerCase() as Address
  const registrars = await readRegistrars([address], { ...network, ...call })
  const faults = explainAttestations([attestation], registrars, { typed, expected: [address] })
  if (faults.length > 0) throw badAttestation(faults)
  const data = registry.encodeFunctionData('register', [
    domain,
    { ...trust, fromRelease: 0 },
    publisher,
    healer,
    deadline,
    [attestation],
  ]) as `0x${string}`
  return sendCall(
    { to: network.registry, data },
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

function challengeMissing(domain: DomainName, sight: AnnouncementSight): DomainSyncError {
  return new DomainSyncError(
    'CHALLENGE_MISSING',
    `Add this DNS record, so that a registrar can see the name is yours: ${sight.name} TXT "${sight.value}" (not seen by ${notSeenText(sight)}).`,
    { state: 'Nothing was written.', next: `domainsync register ${domain}` },
  )
}

function badAttestation(faults: readonly string[]): DomainSyncError {
  return new DomainSyncError('BAD_ATTESTATION', `The registry would refuse the attestation. ${faults.join(' ')}`, {
    state: 'Nothing was sent.',
    next: 'set keys.registrar to a key that the registry was deployed with (hardhat deploy --registrars)',
    retryable: false,
  })
}
