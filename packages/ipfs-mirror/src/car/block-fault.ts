import { hash } from 'node:crypto'
import { DAG_PB, RAW, SHA2_256 } from '@domainsync/core'
import type { CID } from 'multiformats/cid'

/** No block of a release is larger: 2 MiB, what the IPFS network carries. */
export const MAX_BLOCK_BYTES = 2 * 1024 * 1024

/** Why a block is refused. */
export type BlockFault = 'unsupported' | 'too-large' | 'mismatch'

/** The SHA-256 digest of the bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const digest = hash('sha256', bytes, 'buffer')
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length)
}

/** Whether DomainSync takes blocks with such a name: CIDv1, dag-pb or raw, SHA-256. */
export function isSupported(cid: CID): boolean {
  return (
    cid.version === 1 &&
    (cid.code === DAG_PB || cid.code === RAW) &&
    cid.multihash.code === SHA2_256 &&
    cid.multihash.digest.length === 32
  )
}

/** What is wrong with a block that came from outside; `undefined` when its bytes are what its name says. */
export function blockFault(
  cid: CID,
  bytes: Uint8Array,
  { maxBlockBytes = MAX_BLOCK_BYTES }: { maxBlockBytes?: number } = {},
): BlockFault | undefined {
  if (!isSupported(cid)) return 'unsupported'
  if (bytes.length > maxBlockBytes) return 'too-large'
  return Buffer.compare(sha256(bytes), cid.multihash.digest) === 0 ? undefined : 'mismatch'
}
