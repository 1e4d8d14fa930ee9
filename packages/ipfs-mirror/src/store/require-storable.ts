import type { CID } from 'multiformats/cid'
import { isSupported, MAX_BLOCK_BYTES } from '../car/block-fault.ts'
import type { Block } from './block-store.ts'
import { StoreError } from './store-error.ts'

/** @throws StoreError `BLOCK_UNSUPPORTED` for a name that no block of a release has. */
export function requireSupported(cid: CID): void {
  if (isSupported(cid)) return
  throw new StoreError(
    'BLOCK_UNSUPPORTED',
    `${cid} is not CIDv1, dag-pb or raw, SHA-256; a release has no such block.`,
    {
      retryable: false,
    },
  )
}

/** @throws StoreError `BLOCK_UNSUPPORTED`, `BLOCK_TOO_LARGE` */
export function requireStorable({ cid, bytes }: Block): void {
  requireSupported(cid)
  if (bytes.length <= MAX_BLOCK_BYTES) return
  throw new StoreError('BLOCK_TOO_LARGE', `Block ${cid} is ${bytes.length} bytes; the limit is ${MAX_BLOCK_BYTES}.`, {
    retryable: false,
  })
}
