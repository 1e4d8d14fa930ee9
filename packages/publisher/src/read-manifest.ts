import {
  type BlockSource,
  type CallOptions,
  decodeReleaseStatement,
  RELEASE_FILE,
  type ReleaseStatement,
} from '@domainsync/core'
import { decodeEnvelope } from '@domainsync/pq'
import { readFileBytes, resolvePath } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'

/** Largest `release.json` that is read, in bytes. */
const MAX_MANIFEST_BYTES = 64 * 1024 * 1024

/**
 * The statement inside a root that stands on chain; `undefined` when every source answers that it does not have it.
 *
 * Warning: its signatures are not checked here. Its bytes are those of the root, which the registry recorded; that is enough
 * to compare contents, not to serve them.
 *
 * @throws whatever the source rejects with: no answer is not an absence
 */
export async function readManifest(
  root: CID,
  source: BlockSource,
  options: CallOptions = {},
): Promise<ReleaseStatement | undefined> {
  if ((await source.get(root, options)) === undefined) return undefined
  const file = await resolvePath(root, RELEASE_FILE, { source, ...options })
  if (file?.kind !== 'file') return undefined
  const bytes = await readFileBytes(file.cid, source, { ...options, maxBytes: MAX_MANIFEST_BYTES })
  return decodeReleaseStatement(decodeEnvelope(bytes).payload)
}
