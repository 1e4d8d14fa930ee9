import { type DomainState, rootFromHash, type Trust } from '@domainsync/core'
import type { CID } from 'multiformats/cid'

/** Why a mirror holds a release. */
export type HeldFor = 'live' | 'kept' | 'ring'

/** A release that the registry holds. */
export interface WantedRelease {
  readonly release: number
  readonly root: CID
  readonly heldFor: HeldFor
  /** False when it is quarantined: it stays where it is, and is fetched no more. */
  readonly stable: boolean
  readonly trust: Trust
}

/** The releases that a mirror of the domain holds, the most important first: live, kept, then the ring from the newest on. */
export function wantedReleases({ head, kept, releases, trust }: DomainState): readonly WantedRelease[] {
  const heldFor = (release: number): HeldFor => {
    if (release === head.live) return 'live'
    return release === kept?.release ? 'kept' : 'ring'
  }
  const wanted = releases.map((entry): WantedRelease => {
    const { release, ipfsHash, stable } = entry
    return { release, root: rootFromHash(ipfsHash), heldFor: heldFor(release), stable, trust: entry.trust }
  })
  if (head.live !== 0 && wanted.every(({ release }) => release !== head.live)) {
    const root = rootFromHash(head.ipfsHash)
    wanted.push({ release: head.live, root, heldFor: 'live', stable: head.stable, trust })
  }
  return wanted.sort((a, b) => ORDER[a.heldFor] - ORDER[b.heldFor] || b.release - a.release)
}

const ORDER: Readonly<Record<HeldFor, number>> = { live: 0, kept: 1, ring: 2 }
