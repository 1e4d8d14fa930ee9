import type { Address, CallOptions, DomainName, Resolver } from '@domainsync/core'
import { accountOf, type Registrars, readRegistrars } from '@domainsync/sdk'
import { ether } from '../output/amount.ts'
import type { DomainRoles } from './domain-roles.ts'
import type { Network } from './network-chain.ts'
import { refuseOther } from './register-domain.ts'
import { type AnnouncementSight, notSeenText, seeAnnouncement } from './see-announcement.ts'

/** What a registration uses at most (REGISTER of the gas snapshots, and a quarter more). */
const REGISTER_GAS = 280_000n

export interface LookAtRegistrationOptions extends CallOptions {
  readonly network: Network
  readonly roles: DomainRoles
  /** The address that would attest; `undefined` when its key is not configured. */
  readonly registrar: Address | undefined
  readonly resolvers: readonly Resolver[]
}

/** What stands between a name and its registration. Nothing is signed or sent. */
export interface RegistrationView {
  /** To this owner. */
  readonly registered: boolean
  readonly record: AnnouncementSight
  readonly registrars: Registrars
  readonly owner: { readonly address: Address; readonly balanceWei: bigint; readonly neededWei: bigint }
  /** A sentence for each thing that is not there yet. */
  readonly missing: readonly string[]
}

/**
 * Looks whether `register` would succeed: name, DNS record, registrar, funds.
 *
 * @throws DomainSyncError `REGISTERED_TO_ANOTHER`; ChainError
 */
export async function lookAtRegistration(
  domain: DomainName,
  { network, roles, registrar, resolvers, ...call }: LookAtRegistrationOptions,
): Promise<RegistrationView> {
  const state = await network.chain.domain(domain, await network.chain.block('latest', call), call)
  if (state) refuseOther(state, roles.owner)
  const [record, registrars, account] = await Promise.all([
    seeAnnouncement(domain, { ...network, owner: roles.owner, resolvers, ...call }),
    readRegistrars(registrar === undefined ? [] : [registrar], { ...network, ...call }),
    accountOf(roles.owner, { ...network, ...call }),
  ])
  const owner = {
    address: roles.owner,
    balanceWei: account.balanceWei,
    neededWei: REGISTER_GAS * account.maxFeePerGasWei,
  }
  const view = { registered: state !== undefined, record, registrars, owner }
  return { ...view, missing: view.registered ? [] : missingIn(view, { network, registrar }) }
}

function missingIn(
  { record, registrars, owner }: Omit<RegistrationView, 'missing'>,
  { network, registrar }: { network: Network; registrar: Address | undefined },
): string[] {
  const { required, known } = registrars
  const missing: string[] = []
  if (record.seenBy.length === 0 || record.notSeenBy.length > 0)
    missing.push(`The DNS record is not seen by ${notSeenText(record)}; add it.`)
  if (registrar === undefined) missing.push('keys.registrar is missing in the configuration.')
  else if (!known.includes(registrar))
    missing.push(`The key ${registrar} is no registrar of ${network.registry} on chain ${network.chainId}.`)
  if (required > 1) missing.push(`${required} registrars must sign; this command signs with one.`)
  if (owner.balanceWei < owner.neededWei)
    missing.push(
      `The owner ${owner.address} holds ${ether(owner.balanceWei)}; a registration can cost ${ether(owner.neededWei)}.`,
    )
  return missing
}
