import { DomainSyncError } from '@domainsync/core'

/** A release number as a person writes it. @throws DomainSyncError `RELEASE_UNKNOWN` */
export function releaseNumber(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text)
  throw new DomainSyncError('RELEASE_UNKNOWN', `"${text}" is no release number; write 1, 2, 3 …`, {
    state: 'Nothing was sent.',
    retryable: false,
  })
}
