import { IDomainSyncRegistry__factory, registrationTypedData } from '@domainsync/bindings'
import {
  type Address,
  type Bytes32,
  type CallOptions,
  type DomainName,
  type DomainState,
  DomainSyncError,
  type Resolver,
  type TransactionReceipt,
} from '@domainsync/core'
import { createTransactor } from '@domainsync/sdk'
import type { Wallet } from 'ethers'
import { announcementName, announcementText } from '../init/announcement.ts'
import type { Network } from './network-chain.ts'
import { sendCall } from './send-call.ts'

/** Who will hold which part of the domain. */
export interface DomainRoles {
  readonly owner: Address
  readonly guardian: Address
  readonly signer: Address
  readonly pqKeyHash: Bytes32
  readonly publisher: Address
  readonly healer: Address
}

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
 * @throws DomainSyncError `CHALLENGE_MISSING` with the record to add; `REGISTERED_TO_ANOTHER`; see `sendCall`
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
  await requireAnnouncement(domain, { ...network, owner: roles.owner, resolvers, ...call })
  const { owner, guardian, signer, pqKeyHash, publisher, healer } = roles
  const trust = { owner, guardian, signer, pqKeyHash }
  const deadline = Math.floor(now() / 1_000) + ATTESTATION_LIFETIME_S
  const typed = registrationTypedData({ ...network, name: domain, trust, publisher, healer, deadline })
  const attestation = await registrar.signTypedData(typed.domain, typed.types, typed.message)
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

function refuseOther({ domain, trust }: DomainState, owner: Address): void {
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

/** The owner shows that the name is theirs: a TXT record that commits to chain, registry, name and owner. */
async function requireAnnouncement(
  domain: DomainName,
  {
    resolvers,
    ...announced
  }: CallOptions & { chainId: number; registry: Address; owner: Address; resolvers: readonly Resolver[] },
): Promise<void> {
  const wanted = announcementText(announced)
  const name = announcementName(domain)
  const answers = await Promise.all(
    resolvers.map(async (resolver) => {
      const { answers } = await resolver.query(name, 'TXT', announced)
      return { resolver: resolver.name, found: answers.some(({ type, data }) => type === 'TXT' && data === wanted) }
    }),
  )
  const without = answers.filter(({ found }) => !found).map(({ resolver }) => resolver)
  if (without.length === 0 && answers.length > 0) return
  throw new DomainSyncError(
    'CHALLENGE_MISSING',
    `Add this DNS record, so that a registrar can see the name is yours: ${name} TXT "${wanted}" (not seen by ${without.join(', ') || 'anyone'}).`,
    { state: 'Nothing was written.', next: `domainsync register ${domain}` },
  )
}
