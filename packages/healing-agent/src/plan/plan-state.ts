import type { Freeze, Head } from '@domainsync/core'
import type { ActionRecord } from './action-record.ts'

/** `yes` and `no` were read off verified bytes; `unknown` is everything else. */
export type Answer = 'yes' | 'no' | 'unknown'

/** A release the registry still holds, at or below the live one. */
export interface Candidate {
  readonly release: number
  readonly root: string
  readonly stable: boolean
  /** Signatures and file list, under the trust of its number. */
  readonly verified: Answer
  /** K of N replicas were each shown to hold it. */
  readonly proven: Answer
  /** The configured checks pass on the readers' path now. */
  readonly checks: Answer
}

/** One place where copies lie, as the last probes saw it. */
export interface ReplicaFact {
  readonly name: string
  readonly tier: 1 | 2
  /** Holds nothing until another replica is lost. */
  readonly spare: boolean
  readonly copy: 'stored' | 'missing' | 'unknown'
  readonly online: boolean
  readonly can: { readonly upload: boolean; readonly pull: boolean; readonly restart: boolean }
}

/** The world as one pass saw it: everything the plan may depend on besides the conditions and the time. */
export interface PlanState {
  readonly domain: string
  /** At a quorum's block; `undefined` when no quorum answered in this pass. */
  readonly head: Head | undefined
  /** The root whose copies are repaired: the newest release that verified, also from an earlier pass with quorum. */
  readonly repairRoot: string | undefined
  readonly kept: number | undefined
  /** Since when the live release is live, in milliseconds since 1970. */
  readonly liveSince: number
  /** Newest first; the live release first. */
  readonly candidates: readonly Candidate[]
  /** A signed release for `latest + 1` that DNS names; while it may, that is no drift. */
  readonly update: { readonly root: string; readonly release: number } | undefined
  readonly dns: { readonly answered: boolean; readonly found: string | undefined }
  readonly replicas: readonly ReplicaFact[]
  readonly freezes: readonly Freeze[]
  /** Newest passes in a row in which a quorum answered. */
  readonly cleanRounds: number
  /** Since when every probe has been good, in milliseconds since 1970; `undefined` while one is not. */
  readonly goodSince: number | undefined
  /** Tries of the last 24 hours of this domain, any order. */
  readonly records: readonly ActionRecord[]
  /** Repairs of all domains in the last hour. */
  readonly repairsInAll: number
  /** A heal operation of ours holds the domain's journal. */
  readonly publishBlocked: boolean
  /** Why nothing can be written on chain, in a few words; `undefined` when it can. */
  readonly chainReadOnly: string | undefined
}
