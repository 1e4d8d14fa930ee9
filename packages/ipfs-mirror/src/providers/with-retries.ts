import type { BlockSource, CallOptions, Replica } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { type RetryPolicy, retrying } from './retrying.ts'

/** The same replica, asked again where a failure may pass. A call's own time limit is that of each try. */
export function withRetries<R extends Replica>(replica: R, policy?: RetryPolicy): R {
  const { upload, pull, remove } = replica
  const again = <T>(work: () => Promise<T>, { signal }: CallOptions = {}) => retrying(work, { signal, policy })
  return {
    ...replica,
    source: sourceWithRetries(replica.source, policy),
    status: (root: CID, call?: CallOptions) => again(() => replica.status(root, call), call),
    ...(upload && {
      upload: (root: CID, car: () => AsyncIterable<Uint8Array>, call?: CallOptions) =>
        again(() => upload(root, car, call), call),
    }),
    ...(pull && {
      pull: (root: CID, origins: readonly string[], call?: CallOptions) => again(() => pull(root, origins, call), call),
    }),
    ...(remove && { remove: (root: CID, call?: CallOptions) => again(() => remove(root, call), call) }),
  }
}

function sourceWithRetries(source: BlockSource, policy: RetryPolicy | undefined): BlockSource {
  const { name, car } = source
  const get: BlockSource['get'] = (cid, call) => retrying(() => source.get(cid, call), { signal: call?.signal, policy })
  if (!car) return { name, get }
  return {
    name,
    get,
    /** Begun again as long as nothing came; what came cannot be taken back. */
    async *car(root, call) {
      const open = async () => {
        const chunks = car(root, call)[Symbol.asyncIterator]()
        return { chunks, first: await chunks.next() }
      }
      const { chunks, first } = await retrying(open, { signal: call?.signal, policy })
      if (first.done) return
      yield first.value
      yield* { [Symbol.asyncIterator]: () => chunks }
    },
  }
}
