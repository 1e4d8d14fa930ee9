import type { FollowEvent, FollowReport } from '@domainsync/ipfs-mirror'
import { byteCount } from './byte-count.ts'

/** Why a release was let go of; one that was superseded needs no word. */
const DROPPED = { superseded: '', room: ' to make room', 'not followed': ': this domain is not followed here any more' }

/** What a mirror does, as a line for a person. */
export function followLine(event: FollowEvent): string {
  const { domain } = event
  switch (event.kind) {
    case 'woken':
      return `${domain}  ${event.events.join(', ')} in the registry, up to block ${event.block}`
    case 'rewound':
      return `${domain}  the chain was reorganised; reads again from block ${event.to}`
    case 'fetching':
      return `${domain}  fetches release ${event.release} (${event.heldFor}) ${event.root}`
    case 'held':
      return `${domain}  holds release ${event.release} (${event.heldFor}), verified`
    case 'damaged':
      return `${domain}  the disk lost a block of release ${event.release}`
    case 'dropped':
      return `${domain}  let go of ${event.root}${DROPPED[event.why]}`
    case 'missing':
      return `${domain}  release ${event.release} ${event.refused ? 'is refused' : 'is not here yet'}: ${event.code} ${event.message}`
    case 'failed':
      return `${domain}  ${event.code} ${event.message}`
  }
}

/** What a mirror holds, a line a domain. */
export function mirrorLines({ domains }: FollowReport): string[] {
  return domains.map(({ domain, held, missing, bytes, block }) => {
    const here = held.map(({ release, heldFor }) => (heldFor === 'ring' ? `${release}` : `${release} (${heldFor})`))
    const gone = missing.map(({ release, code }) => `${release} ${code}`)
    const lacks = gone.length > 0 ? `; lacks ${gone.join(', ')}` : ''
    return `${domain}  holds ${here.join(', ') || 'nothing'}  ${byteCount(bytes)}  as of block ${block.number}${lacks}`
  })
}
