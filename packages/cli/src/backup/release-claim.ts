import { type BlockSource, type CallOptions, decodeReleaseStatement, RELEASE_FILE } from '@domainsync/core'
import { decodeEnvelope } from '@domainsync/pq'
import { readFileBytes, resolvePath } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'

/** Which release a root says it is. */
export interface ReleaseClaim {
  readonly domain: string | null
  readonly release: number | null
}

/**
 * What a root's own manifest says.
 *
 * Warning: for people to read. Its signatures are not verified; whoever points to a release does that.
 */
export async function releaseClaim(root: CID, source: BlockSource, call: CallOptions = {}): Promise<ReleaseClaim> {
  try {
    const file = await resolvePath(root, RELEASE_FILE, { source, ...call })
    if (file?.kind !== 'file') return { domain: null, release: null }
    const envelope = decodeEnvelope(await readFileBytes(file.cid, source, call))
    const { domain, release } = decodeReleaseStatement(envelope.payload)
    return { domain, release }
  } catch {
    call.signal?.throwIfAborted()
    return { domain: null, release: null }
  }
}
