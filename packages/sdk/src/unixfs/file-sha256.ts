import { type BlockSource, RAW } from '@domainsync/core'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { CID } from 'multiformats/cid'
import { createSha256 } from '../blocks/sha256.ts'
import { checkCid } from '../blocks/verify-block.ts'
import { type ReadFileOptions, readFileChunks } from './read-file.ts'

/**
 * SHA-256 of a file, 64 hex digits. A raw block's is in its CID, so nothing is fetched; a chunked file is streamed.
 *
 * @throws DagError, BlockError
 */
export async function fileSha256(
  cid: CID,
  source: BlockSource,
  options: Pick<ReadFileOptions, 'signal' | 'timeoutMs' | 'maxBytes'> = {},
): Promise<string> {
  checkCid(cid)
  if (cid.code === RAW) return bytesToHex(cid.multihash.digest)
  const hash = createSha256()
  for await (const chunk of readFileChunks(cid, source, options)) hash.update(chunk)
  return bytesToHex(hash.digest())
}
