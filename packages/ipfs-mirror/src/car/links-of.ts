import { DAG_PB } from '@domainsync/core'
import { decode } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'
import { isSupported } from './block-fault.ts'

/**
 * The CIDs a block links to, in its order; none for a raw one. Throws when a dag-pb block does not decode, or links to
 * something that no release holds (other codecs or hash functions).
 */
export function linksOf(cid: CID, bytes: Uint8Array): CID[] {
  if (cid.code !== DAG_PB) return []
  const links = decode(bytes).Links.map((link) => link.Hash)
  const foreign = links.find((link) => !isSupported(link))
  if (foreign !== undefined) throw new Error(`it links to ${foreign}, which is not CIDv1, dag-pb or raw, SHA-256`)
  return links
}
