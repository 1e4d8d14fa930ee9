import type { BlockSource, CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { BlockError } from './block-error.ts'
import { checkCid, verifyBlock } from './verify-block.ts'

/**
 * One verified block from a source, which is never trusted.
 *
 * @throws BlockError `BLOCK_MISSING`, `BLOCK_CORRUPT`, `BLOCK_TOO_LARGE`, `BLOCK_UNSUPPORTED`, and what the source throws.
 */
export async function loadBlock(cid: CID, source: BlockSource, options: CallOptions = {}): Promise<Uint8Array> {
  checkCid(cid)
  const bytes = await source.get(cid, options)
  if (bytes === undefined) throw new BlockError('BLOCK_MISSING', `${source.name} does not have the block ${cid}.`)
  await verifyBlock(cid, bytes, { source: source.name })
  return bytes
}
