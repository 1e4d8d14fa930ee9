import type { Address, DomainName } from '@domainsync/core'

/** What a name's owner states in DNS: which registry speaks for the name, and for whom. */
export interface Announcement {
  readonly chainId: number
  readonly registry: Address
  readonly owner: Address
}

/** Where the announcement stands. */
export function announcementName(domain: DomainName): string {
  return `_domainsync.${domain}`
}

/** The TXT value; a registrar asks for exactly this one before it attests a name. */
export function announcementText({ chainId, registry, owner }: Announcement): string {
  return `domainsync=1;chain=${chainId};registry=${registry.toLowerCase()};owner=${owner.toLowerCase()}`
}
