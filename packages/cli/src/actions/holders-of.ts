import type { DomainState } from '@domainsync/core'
import type { Actor } from './registry-action.ts'

type HeldRole = 'owner' | 'guardian' | 'healer'

const NOBODY = /^0x0{40}$/

/** Who holds these roles of the domain now, in this order; a role that nobody holds is left out. */
export function holdersOf({ nextTrust, healer }: DomainState, roles: readonly HeldRole[]): readonly Actor[] {
  const addresses = { owner: nextTrust.owner, guardian: nextTrust.guardian, healer }
  return roles.map((role) => ({ role, address: addresses[role] })).filter(({ address }) => !NOBODY.test(address))
}
