import type { CallOptions, Chain, Clock, DomainName } from '@domainsync/core'
import { readHistory } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { expiredReleases } from '../retention/expired-releases.ts'

/** A release that has to stay stored. */
export interface WantedRoot {
  readonly domain: DomainName
  readonly release: number
  readonly root: CID
}

/** Every release of a domain that may not go: live, kept, in the ring, quarantined, or replaced less than the retention ago. */
export async function wantedRoots(
  domain: DomainName,
  { chain, clock, ...call }: CallOptions & { chain: Chain; clock: Pick<Clock, 'now'> },
): Promise<WantedRoot[]> {
  const { releases } = await readHistory(chain, domain, call)
  const expired = new Set(expiredReleases(releases, clock.now()).map(String))
  return releases.flatMap(({ root, number }) => (expired.has(`${root}`) ? [] : [{ domain, release: number, root }]))
}
