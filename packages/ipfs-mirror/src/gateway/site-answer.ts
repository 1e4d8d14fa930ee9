import type { CID } from 'multiformats/cid'
import type { HostName } from './host.ts'
import { type Reply, sentenceReply } from './reply.ts'

/**
 * What a host serves now. `quarantined`: its live release is condemned, or the root is one. `unread`, `stale`: what is live
 * is not known, since the chain was not read yet, or not for too long. `absent`: the live release is not on this node.
 * `undefined`: nothing goes by this name here.
 */
export type SiteAnswer =
  | {
      readonly root: CID
      /** How long ago the chain said so, in milliseconds. */
      readonly ageMs?: number
    }
  | SiteRefusal
  | undefined

export type SiteRefusal = 'quarantined' | 'unread' | 'stale' | 'absent'

/** Asked at every request for a host that is no address. */
export type Sites = (host: Exclude<HostName, { kind: 'address' }>) => Promise<SiteAnswer>

/** After so many seconds a reader may ask again. */
const SOON_S = 5
const LATER_S = 60

/** Why nothing is served, for a reader. */
export function refusalReply(refusal: SiteRefusal): Reply {
  switch (refusal) {
    case 'quarantined':
      return sentenceReply(410, 'RELEASE_QUARANTINED', 'This release is quarantined; nothing of it is served.')
    case 'unread':
      return unavailable('CHAIN_UNREAD', SOON_S, 'This node has not read the chain yet, which says what may be served.')
    case 'stale':
      return unavailable(
        'CHAIN_STALE',
        LATER_S,
        'This node could not read the chain for too long to know what may be served.',
      )
    case 'absent':
      return unavailable('RELEASE_ABSENT', SOON_S, 'The live release of this site is not on this node yet.')
  }
}

function unavailable(code: string, seconds: number, sentence: string): Reply {
  return sentenceReply(503, code, sentence, { 'retry-after': `${seconds}` })
}
