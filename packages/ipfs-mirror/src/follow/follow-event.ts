import type { DomainName } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import type { HeldFor } from './wanted-releases.ts'

/** What a mirror does, as it does it. */
export type FollowEvent =
  /** Events of the registry made it look; none the first time, or when something was still missing. */
  | { readonly kind: 'woken'; readonly domain: DomainName; readonly events: readonly string[]; readonly block: number }
  /** The chain took back blocks that were read. */
  | { readonly kind: 'rewound'; readonly domain: DomainName; readonly to: number }
  | {
      readonly kind: 'fetching' | 'held'
      readonly domain: DomainName
      readonly release: number
      readonly root: CID
      readonly heldFor: HeldFor
    }
  /** Its disk lost a block of a release that is held; it is fetched again. */
  | { readonly kind: 'damaged'; readonly domain: DomainName; readonly release: number; readonly root: CID }
  | {
      readonly kind: 'dropped'
      readonly domain: DomainName
      readonly root: string
      readonly why: 'superseded' | 'room' | 'not followed'
    }
  | {
      readonly kind: 'missing'
      readonly domain: DomainName
      readonly release: number
      readonly root: CID
      readonly code: string
      readonly message: string
      readonly refused: boolean
    }
  /** A look ended early: the registry could not be read or says nothing of the name, or the disk is full. */
  | { readonly kind: 'failed'; readonly domain: DomainName; readonly code: string; readonly message: string }

/** How far a release is. */
export interface FollowProgress {
  readonly domain: DomainName
  readonly release: number
  /** Of the release so far, what was here before included. */
  readonly bytes: number
  readonly blocks: number
  /** As much as the root claims it is; repeated blocks count each time. */
  readonly totalBytes: number
}
