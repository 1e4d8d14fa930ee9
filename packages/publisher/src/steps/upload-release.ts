import { type CallOptions, errorCode, type Replica } from '@domainsync/core'
import type { CID } from 'multiformats/cid'

/** What became of one provider. */
export interface Upload {
  readonly provider: string
  /** Absent: it says that it holds the release. */
  readonly code?: string
  readonly message?: string
}

export interface UploadOptions extends CallOptions {
  readonly root: CID
  /** A new stream of the whole release at each call. */
  readonly car: () => AsyncIterable<Uint8Array>
  /** Send it also to a provider that says it holds the release: a proof showed that it does not. */
  readonly force?: boolean
}

/** Tries for one provider; the proof that follows decides whether enough of them worked. */
const ATTEMPTS = 2

/** Sends the release to one provider, unless it says that it holds it. Its refusal is a result, not thrown. */
export async function uploadRelease(replica: Replica, { root, car, force, ...call }: UploadOptions): Promise<Upload> {
  let upload: Upload = { provider: replica.name }
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      if (!force && (await replica.status(root, call)) === 'pinned') return { provider: replica.name }
      await replica.upload?.(root, car, call)
      const status = await replica.status(root, call)
      if (status === 'pinned') return { provider: replica.name }
      upload = { provider: replica.name, code: 'REPLICA_MISSING', message: `${replica.name} says ${status}.` }
    } catch (error) {
      call.signal?.throwIfAborted()
      upload = { provider: replica.name, code: errorCode(error), message: (error as Error).message }
    }
  }
  return upload
}
