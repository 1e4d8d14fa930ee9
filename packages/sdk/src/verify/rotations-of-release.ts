import { type BlockSource, type CallOptions, ROTATIONS_FILE } from '@domainsync/core'
import { decodeRotations, ROTATIONS_MAX_BYTES, type Rotation } from '@domainsync/pq'
import type { CID } from 'multiformats/cid'
import { readFileBytes } from '../unixfs/read-file.ts'
import { resolvePath } from '../unixfs/resolve-path.ts'

/**
 * The key rotations that a release carries; none when it has no `rotations.json`. Nothing is verified but the blocks.
 *
 * @throws PqError `ROTATION_MALFORMED`; DagError; whatever the source rejects with
 */
export async function rotationsOfRelease(
  root: CID,
  { source, ...call }: CallOptions & { readonly source: BlockSource },
): Promise<readonly Rotation[]> {
  const file = await resolvePath(root, ROTATIONS_FILE, { source, ...call })
  if (file?.kind !== 'file') return []
  return decodeRotations(await readFileBytes(file.cid, source, { ...call, maxBytes: ROTATIONS_MAX_BYTES }))
}
