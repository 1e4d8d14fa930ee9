import type { Address, CallOptions, DomainName, Resolver } from '@domainsync/core'
import { accountOf, type Registrars, readRegistrars } from '@domainsync/sdk'
import { ether } from '../output/amount.ts'
import type { Attested } from './attested.ts'
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
  readonly attested: Attested
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
  { network, roles, registrar, attested, resolvers, ...call }: LookAtRegistrationOptions,
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
  return { ...view, missing: view.registered ? [] : missingIn(view, { network, registrar, attested }) }
}

function missingIn(
  { record, registrars, owner }: Omit<RegistrationView, 'missing'>,
  { network, registrar, attested }: Pick<LookAtRegistrationOptions, 'network' | 'registrar' | 'attested'>,
): string[] {
  const { required, known } = registrars
  const missing: string[] = []
  if (record.seenBy.length === 0 || record.notSeenBy.length > 0)
    missing.push(`The DNS record is not seen by ${notSeenText(record)}; add it.`)
  const given = attested.attestations.length
  if (registrar === undefined && given === 0) missing.push('keys.registrar is missing in the configuration.')
  if (registrar !== undefined && !known.includes(registrar))
    missing.push(`The key ${registrar} is no registrar of ${network.registry} on chain ${network.chainId}.`)
  const signing = given + (registrar === undefined ? 0 : 1)
  if (required > signing)
    missing.push(`${required} registrars must sign, and ${signing} do; the others run "domainsync attest".`)
  if (owner.balanceWei < owner.neededWei)
    missing.push(
      `The owner ${owner.address} holds ${ether(owner.balanceWei)}; a registration can cost ${ether(owner.neededWei)}.`,
    )
  return missing
}
