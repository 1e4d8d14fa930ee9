import { type BlockSource, type Bytes32, type CallOptions, ROTATIONS_FILE } from '@domainsync/core'
import {
  decodeRotations,
  followRotations,
  ROTATIONS_MAX_BYTES,
  type Rotation,
  type RotationPlace,
  type VerifyHybridOptions,
} from '@domainsync/pq'
import type { CID } from 'multiformats/cid'
import { readFileBytes } from '../unixfs/read-file.ts'
import { resolvePath } from '../unixfs/resolve-path.ts'

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
  const rotations = pinned.toLowerCase() === current ? [] : await rotationsOf(root, { source, ...call })
  return followRotations(rotations, { ...place, pinned, current }, { verifyMlDsa }).length
}

async function rotationsOf(
  root: CID,
  { source, ...call }: CallOptions & { source: BlockSource },
): Promise<readonly Rotation[]> {
  const file = await resolvePath(root, ROTATIONS_FILE, { source, ...call })
  if (file?.kind !== 'file') return []
  return decodeRotations(await readFileBytes(file.cid, source, { ...call, maxBytes: ROTATIONS_MAX_BYTES }))
}
