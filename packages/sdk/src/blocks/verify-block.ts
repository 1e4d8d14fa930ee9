import { DAG_PB, RAW, SHA2_256 } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { BlockError } from './block-error.ts'
import { sha256 } from './sha256.ts'

/** Largest block that readers take, in bytes. */
export const MAX_BLOCK_BYTES = 2 * 1024 * 1024

/**
 * Makes sure that a CID is one that readers follow: dag-pb or raw, 32-byte SHA-256.
 *
 * @throws BlockError `BLOCK_UNSUPPORTED`
 */
export function checkCid(cid: CID): void {
  const { code, multihash } = cid
  if ((code === DAG_PB || code === RAW) && multihash.code === SHA2_256 && multihash.digest.length === 32) return
  throw new BlockError('BLOCK_UNSUPPORTED', `${cid} is not dag-pb or raw with SHA-256; releases hold nothing else.`, {
    retryable: false,
  })
}

/**
 * Makes sure that the bytes are the CID's.
 *
 * @throws BlockError `BLOCK_UNSUPPORTED`, `BLOCK_TOO_LARGE`, `BLOCK_CORRUPT` naming the source.
 */
export async function verifyBlock(cid: CID, bytes: Uint8Array, { source }: { source: string }): Promise<void> {
  checkCid(cid)
  if (bytes.length > MAX_BLOCK_BYTES) {
    throw new BlockError(
      'BLOCK_TOO_LARGE',
      `${source} sent ${bytes.length} bytes for ${cid}; a block has at most ${MAX_BLOCK_BYTES}.`,
    )
  }
  const digest = await sha256(bytes)
  if (digest.every((byte, index) => byte === cid.multihash.digest[index])) return
  throw new BlockError('BLOCK_CORRUPT', `${source} sent bytes that are not those of ${cid}.`)
}
