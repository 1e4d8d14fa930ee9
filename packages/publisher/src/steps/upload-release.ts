import { type CallOptions, errorCode, type Replica } from '@domainsync/core'
import type { CID } from 'multiformats/cid'

/** What became of one provider. */
export interface Upload {
  readonly provider: string
  /** Absent: it says that it holds the release. */
  readonly code?: string
  readonly message?: string
}

export interface HandOver extends CallOptions {
  readonly root: CID
  /** How the provider comes to have it. */
  readonly give: () => Promise<void>
  /** Do so although it says that it holds the release: a proof showed that it does not. */
  readonly force: boolean
}

/** Gives the release to one provider, unless it says that it holds it. Its refusal is a result, not thrown. */
export async function uploadRelease(replica: Replica, { root, give, force, ...call }: HandOver): Promise<Upload> {
  const { name: provider } = replica
  try {
    if (!force && (await replica.status(root, call)) === 'pinned') return { provider }
    await give()
    const status = await replica.status(root, call)
    if (status === 'pinned') return { provider }
    return { provider, code: 'REPLICA_MISSING', message: `${provider} says ${status}.` }
  } catch (error) {
    call.signal?.throwIfAborted()
    return { provider, code: errorCode(error), message: (error as Error).message }
  }
}
