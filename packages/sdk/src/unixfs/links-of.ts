import { DAG_PB } from '@domainsync/core'
import { decode } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'
import { checkCid } from '../blocks/verify-block.ts'
import { DagError } from './dag-error.ts'

/**
 * The CIDs that a block links to, in its order; none for a raw one.
 *
 * @throws DagError `DAG_MALFORMED` when a dag-pb block does not decode, or links to something that no release holds (other
 * versions, codecs or hash functions).
 */
export function linksOf(cid: CID, bytes: Uint8Array): CID[] {
  if (cid.code !== DAG_PB) return []
  try {
    return decode(bytes).Links.map(({ Hash }) => {
      checkCid(Hash)
      if (Hash.version !== 1) throw new Error(`it links to ${Hash}, which is no CIDv1`)
      return Hash
    })
  } catch (cause) {
    throw new DagError('DAG_MALFORMED', `${cid} is not a node of a release.`, { cause })
  }
}
