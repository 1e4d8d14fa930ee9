import type { CallOptions } from '@domainsync/core'
import type { BlockStore, Content } from '@domainsync/ipfs-mirror'
import { MAX_REDIRECTS_BYTES, parseRedirects, readFileBytes } from '@domainsync/sdk'

/**
 * A `_redirects` file that no server could read is found before it is published, not by readers.
 *
 * @throws DomainSyncError `REDIRECTS_INVALID` naming the line
 */
export async function refuseRedirects(
  { files }: Pick<Content, 'files'>,
  { store, ...call }: CallOptions & { store: BlockStore },
): Promise<void> {
  const file = files.find(({ path }) => path === '_redirects')
  if (file) parseRedirects(await readFileBytes(file.cid, store, { ...call, length: MAX_REDIRECTS_BYTES + 1 }))
}
