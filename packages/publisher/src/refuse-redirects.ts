import type { CallOptions } from '@domainsync/core'
import type { BlockStore } from '@domainsync/ipfs-mirror'
import { MAX_REDIRECTS_BYTES, parseRedirects, readFileBytes, resolvePath } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'

/**
 * A `_redirects` file that no server could read is found before it is published, not by readers.
 *
 * @throws DomainSyncError `REDIRECTS_INVALID` naming the line
 */
export async function refuseRedirects(
  directory: CID,
  { store, ...call }: CallOptions & { store: BlockStore },
): Promise<void> {
  const file = await resolvePath(directory, '_redirects', { source: store, ...call })
  if (file?.kind !== 'file') return
  parseRedirects(await readFileBytes(file.cid, store, { ...call, length: MAX_REDIRECTS_BYTES + 1 }))
}
