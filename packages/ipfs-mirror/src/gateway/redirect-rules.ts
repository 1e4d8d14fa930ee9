import { fileChunks, MAX_REDIRECTS_BYTES, parseRedirects, type RedirectRule, type UnixFsNode } from '@domainsync/sdk'
import { findPath } from './find-path.ts'
import type { Site } from './site.ts'

/** By the node that they were read from, for as long as that stays in memory: reading the largest file takes 5 ms. */
const known = new WeakMap<UnixFsNode, readonly RedirectRule[]>()

/**
 * The rules of a site's `_redirects`; none without one.
 *
 * @throws DomainSyncError `REDIRECTS_INVALID`; StoredBlockError
 */
export async function redirectRules(site: Pick<Site, 'root' | 'source'>): Promise<readonly RedirectRule[]> {
  const file = await findPath(site.root, ['_redirects'], site)
  if (file?.node.kind !== 'file') return []
  const before = known.get(file.node)
  if (before) return before
  const pieces: Uint8Array[] = []
  // One byte more than is allowed: the parser then refuses the file by its size.
  const part = { length: MAX_REDIRECTS_BYTES + 1 }
  for await (const piece of fileChunks(file.cid, (cid) => site.source.get(cid), part)) pieces.push(piece)
  const rules = parseRedirects(Buffer.concat(pieces))
  known.set(file.node, rules)
  return rules
}
