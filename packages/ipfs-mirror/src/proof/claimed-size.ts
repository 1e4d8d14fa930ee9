import { DAG_PB } from '@domainsync/core'
import { decode } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'

/** Bytes of a whole DAG as its root block claims (Tsize of its links); repeated blocks count each time. */
export function claimedSize(root: CID, bytes: Uint8Array): number {
  if (root.code !== DAG_PB) return bytes.length
  return decode(bytes).Links.reduce((sum, link) => sum + (link.Tsize ?? 0), bytes.length)
}
