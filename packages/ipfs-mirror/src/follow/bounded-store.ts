import type { CallOptions } from '@domainsync/core'
import type { BlockStore } from '../store/block-store.ts'
import { RECORD_HEADER_BYTES } from '../store/pack-record.ts'
import { FollowError } from './follow-error.ts'

/**
 * A store that takes blocks as long as its file stays within a limit. What nobody needs is dropped before anything is refused.
 *
 * `put` throws FollowError `QUOTA_TOTAL`
 */
export function boundedStore(
  store: BlockStore,
  { totalBytes, ...call }: CallOptions & { totalBytes: number },
): Pick<BlockStore, 'put'> {
  const hasRoom = (neededBytes: number) => store.sizeBytes + neededBytes <= totalBytes
  return {
    async put(blocks) {
      const fresh = [...blocks].filter(({ cid }) => !store.has(cid))
      const neededBytes = fresh.reduce((sum, { bytes }) => sum + RECORD_HEADER_BYTES + bytes.length, 0)
      if (!hasRoom(neededBytes)) await store.compact(call)
      if (!hasRoom(neededBytes)) throw overTotal(store, totalBytes)
      await store.put(fresh)
    },
  }
}

function overTotal({ sizeBytes }: BlockStore, totalBytes: number): FollowError {
  return new FollowError('QUOTA_TOTAL', `The mirror is full: ${sizeBytes} of ${totalBytes} bytes in all.`, {
    state: 'What it held before, it holds.',
    retryable: false,
  })
}
