import { type DomainName, DomainSyncError } from '@domainsync/core'
import { notSeenText, type SeeAnnouncementOptions, seeAnnouncement } from './see-announcement.ts'

/**
 * What a registrar looks at before it attests: every resolver shows the record that ties the name to its owner.
 *
 * @throws DomainSyncError `CHALLENGE_MISSING` with the record to add
 */
export async function requireAnnouncement(domain: DomainName, options: SeeAnnouncementOptions): Promise<void> {
  const sight = await seeAnnouncement(domain, options)
  if (sight.seenBy.length > 0 && sight.notSeenBy.length === 0) return
  throw new DomainSyncError(
    'CHALLENGE_MISSING',
    `Add this DNS record, so that a registrar can see the name is yours: ${sight.name} TXT "${sight.value}" (not seen by ${notSeenText(sight)}).`,
    { state: 'Nothing was written.', next: 'the same command again' },
  )
}
