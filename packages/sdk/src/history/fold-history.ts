import { type Bytes32, DomainSyncError, type RegistryEvent, rootFromHash, type Trust } from '@domainsync/core'
import type { CID } from 'multiformats/cid'

/** Releases that the registry's ring holds. */
const RING = 8

/** Where on the chain something happened. */
export interface ChainPosition {
  readonly block: { readonly number: number; readonly hash: Bytes32 }
  readonly transaction: Bytes32
  /** Milliseconds since 1970, from the block. */
  readonly at: number
}

/** One release of a domain as it stands after the last event. */
export interface HistoryRelease extends ChainPosition {
  readonly number: number
  readonly ipfsHash: Bytes32
  readonly root: CID
  /** Milliseconds since 1970. */
  readonly publishedAt: number
  readonly live: boolean
  /** Not quarantined. Of a release that the registry no longer holds: as it was last. */
  readonly stable: boolean
  /** Copied out of the ring, where no publish can evict it. */
  readonly kept: boolean
  /** The registry still holds its digest, in the ring or kept. */
  readonly held: boolean
  /** What it is to be verified under: the contract's `trustAt`. */
  readonly trust: Trust
}

/** A logged attempt that failed; nothing moved. */
export interface FailedAttempt extends ChainPosition {
  readonly ipfsHash: Bytes32
  readonly root: CID
}

/** A return to an older release. */
export interface HistoryRollback extends ChainPosition {
  readonly from: number
  readonly to: number
}

export interface DomainHistory {
  /** Newest first. */
  readonly releases: readonly HistoryRelease[]
  /** Newest first. */
  readonly failures: readonly FailedAttempt[]
  /** Newest first. */
  readonly rollbacks: readonly HistoryRollback[]
  /** Every trust there was, oldest first. */
  readonly trusts: readonly Trust[]
  readonly live: number
  readonly latest: number
  readonly kept: number
}

type Published = Pick<HistoryRelease, 'ipfsHash' | 'publishedAt' | keyof ChainPosition>

interface Fold {
  readonly published: Published[]
  readonly unstable: Set<number>
  readonly failures: FailedAttempt[]
  readonly rollbacks: HistoryRollback[]
  /** Oldest first. */
  readonly trusts: Trust[]
  live: number
  kept: number
  reclaim: boolean
}

/**
 * One domain's events, oldest first and complete, as its history.
 *
 * `DomainSync` says nothing of release numbers: a success right after the `RolledBack` of the same transaction restores an older
 * release, any other is release `latest + 1`. Quarantine follows from rollbacks (everything newer than the target), from
 * `StableChanged`, and from an accepted reclaim (everything).
 *
 * @throws DomainSyncError `HISTORY_INCOMPLETE` when the events start after the domain's registration.
 */
export function foldHistory(events: Iterable<RegistryEvent>): DomainHistory {
  const fold: Fold = {
    published: [],
    unstable: new Set(),
    failures: [],
    rollbacks: [],
    trusts: [],
    live: 0,
    kept: 0,
    reclaim: false,
  }
  let before: RegistryEvent | undefined
  for (const event of events) {
    apply(fold, event, before)
    before = event
  }
  const latest = fold.published.length
  const releases = fold.published.map((release, index): HistoryRelease => {
    const number = index + 1
    const kept = number === fold.kept
    return {
      ...release,
      number,
      root: rootFromHash(release.ipfsHash),
      live: number === fold.live,
      stable: !fold.unstable.has(number),
      kept,
      held: kept || latest - number < RING,
      trust: trustAt(fold.trusts, number),
    }
  })
  return {
    releases: releases.reverse(),
    failures: fold.failures.reverse(),
    rollbacks: fold.rollbacks.reverse(),
    trusts: fold.trusts,
    live: fold.live,
    latest,
    kept: fold.kept,
  }
}

function apply(fold: Fold, event: RegistryEvent, before: RegistryEvent | undefined): void {
  const { args } = event
  switch (event.name) {
    case 'DomainSync':
      applySync(fold, event, before)
      return
    case 'RolledBack':
      fold.live = Number(args.to)
      for (let number = fold.live + 1; number <= fold.published.length; number++) fold.unstable.add(number)
      return
    case 'StableChanged':
      if (args.stable === true) fold.unstable.delete(Number(args.release))
      else fold.unstable.add(Number(args.release))
      return
    case 'Kept':
      fold.kept = Number(args.release)
      return
    case 'TrustProposed':
      fold.reclaim = args.reclaim === true
      return
    case 'TrustCancelled':
      fold.reclaim = false
      return
    case 'TrustChanged':
      fold.trusts.push(args.next as Trust)
      if (fold.reclaim) applyReclaim(fold)
      fold.reclaim = false
      return
    default:
      // Roles, lanes and feeds change no release.
      return
  }
}

function applySync(fold: Fold, event: RegistryEvent, before: RegistryEvent | undefined): void {
  const ipfsHash = event.args.ipfsHash as Bytes32
  const at = Number(event.args.timestamp) * 1000
  const position: ChainPosition = { block: event.block, transaction: event.transaction, at }
  if (event.args.success !== true) {
    fold.failures.push({ ...position, ipfsHash, root: rootFromHash(ipfsHash) })
  } else if (before !== undefined && isRestoration(event, before)) {
    fold.rollbacks.push({ ...position, from: Number(before.args.from), to: Number(before.args.to) })
  } else {
    fold.published.push({ ...position, ipfsHash, publishedAt: at })
    fold.live = fold.published.length
  }
}

/** The newest trust that covers the release; the first one covers everything before it too. */
function trustAt(trusts: readonly Trust[], release: number): Trust {
  const found = trusts.findLast(({ fromRelease }) => fromRelease <= release) ?? trusts[0]
  if (found !== undefined) return found
  throw new DomainSyncError(
    'HISTORY_INCOMPLETE',
    'The events do not start at the registration; read from an earlier block.',
    {
      retryable: false,
    },
  )
}

function isRestoration(event: RegistryEvent, before: RegistryEvent): boolean {
  return (
    before.name === 'RolledBack' && before.transaction === event.transaction && before.logIndex + 1 === event.logIndex
  )
}

/** Nothing of the old owner is trusted; a kept release stays on record only while it is live and out of the ring. */
function applyReclaim(fold: Fold): void {
  const latest = fold.published.length
  for (let number = 1; number <= latest; number++) fold.unstable.add(number)
  const isLiveOutsideRing = fold.live !== 0 && latest - fold.live >= RING
  if (!isLiveOutsideRing) fold.kept = 0
}
