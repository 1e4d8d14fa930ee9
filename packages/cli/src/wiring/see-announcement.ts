import { type Address, type CallOptions, type DomainName, errorCode, type Resolver } from '@domainsync/core'
import { announcementName, announcementText } from '../init/announcement.ts'

/** The TXT record that ties a name to chain, registry and owner, and which resolvers show it. */
export interface AnnouncementSight {
  readonly name: string
  readonly type: 'TXT'
  readonly value: string
  readonly seenBy: readonly string[]
  /** Each with why, when it gave no answer at all. */
  readonly notSeenBy: readonly { readonly resolver: string; readonly code?: string }[]
}

export interface SeeAnnouncementOptions extends CallOptions {
  readonly chainId: number
  readonly registry: Address
  readonly owner: Address
  readonly resolvers: readonly Resolver[]
}

/** Asks every resolver for the announcement. A resolver that does not answer does not see it. */
export async function seeAnnouncement(
  domain: DomainName,
  { resolvers, chainId, registry, owner, ...call }: SeeAnnouncementOptions,
): Promise<AnnouncementSight> {
  const name = announcementName(domain)
  const value = announcementText({ chainId, registry, owner })
  const answers = await Promise.all(
    resolvers.map(async (asked) => {
      const resolver = asked.name
      try {
        const { answers } = await asked.query(name, 'TXT', call)
        return { resolver, seen: answers.some(({ type, data }) => type === 'TXT' && data === value) }
      } catch (error) {
        call.signal?.throwIfAborted()
        return { resolver, seen: false, code: errorCode(error) }
      }
    }),
  )
  return {
    name,
    type: 'TXT',
    value,
    seenBy: answers.filter(({ seen }) => seen).map(({ resolver }) => resolver),
    notSeenBy: answers.filter(({ seen }) => !seen).map(({ seen: _, ...answer }) => answer),
  }
}

/** `8.8.8.8, 1.1.1.1 (DNS_TIMEOUT)` */
export function notSeenText({ notSeenBy }: AnnouncementSight): string {
  return notSeenBy.map(({ resolver, code }) => (code ? `${resolver} (${code})` : resolver)).join(', ') || 'anyone'
}
