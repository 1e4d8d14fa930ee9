import type { BlockSource, Bytes32, CallOptions } from '@domainsync/core'
import { followRotations, type RotationPlace, type VerifyHybridOptions } from '@domainsync/pq'
import type { CID } from 'multiformats/cid'
import { rotationsOfRelease } from './rotations-of-release.ts'

/** A release key that a reader pinned, and where to look for the way from it to the current one. */
export interface PinnedKey extends RotationPlace, VerifyHybridOptions {
  readonly pinned: Bytes32
  /** The key that the chain names, which has signed the release. */
  readonly current: Bytes32
  readonly root: CID
  readonly source: BlockSource
}

/**
 * How many exchanges lead from the pinned key to the current one, each signed by the key before it.
 *
 * @throws PqError `PQ_KEY_NOT_PINNED`, `ROTATION_MALFORMED`, `PQ_SIGNATURE_INVALID` …; DagError; whatever the source rejects with
 */
export async function checkPinnedKey(
  { pinned, current, root, source, verifyMlDsa, ...place }: PinnedKey,
  call: CallOptions,
): Promise<number> {
  const rotations = pinned.toLowerCase() === current ? [] : await rotationsOfRelease(root, { source, ...call })
  return followRotations(rotations, { ...place, pinned, current }, { verifyMlDsa }).length
}
