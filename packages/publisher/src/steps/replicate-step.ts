import { createReadStream } from 'node:fs'
import { type CallOptions, errorCode, type Replica } from '@domainsync/core'
import type { StepDefinition } from '@domainsync/journal'
import { CID } from 'multiformats/cid'
import type { PublishContext } from '../publish-context.ts'
import type { CarReceipt } from './car-step.ts'
import type { SignReceipt } from './sign-step.ts'

/** What became of one provider. */
export interface Upload {
  readonly provider: string
  /** Absent: it says that it holds the release. */
  readonly code?: string
  readonly message?: string
}

/** What this step leaves: what each provider says of the release. */
export interface ReplicateReceipt {
  readonly uploads: readonly Upload[]
}

/** Tries for one provider; the proof that follows decides whether enough of them worked. */
const ATTEMPTS = 2

/** Sends the CAR to every provider at once. A provider that fails does not stop the others, and is named. */
export const replicateStep: StepDefinition<PublishContext> = {
  key: 'replicate',

  intent: async ({ receipts }) => ({ root: (receipts.sign as unknown as SignReceipt).root }),

  async effect({ context, receipts, signal }) {
    const { root } = receipts.sign as unknown as SignReceipt
    const { path } = receipts.car as unknown as CarReceipt
    await Promise.all(context.ports.replicas.map((replica) => send(replica, { root: CID.parse(root), path, signal })))
    signal?.throwIfAborted()
  },

  async observe({ context, receipts, signal }) {
    const { root } = receipts.sign as unknown as SignReceipt
    const uploads = await Promise.all(
      context.ports.replicas.map((replica) => statusOf(replica, { root: CID.parse(root), signal })),
    )
    return { uploads: uploads.map((upload) => ({ ...upload })) }
  },
}

interface Send extends CallOptions {
  readonly root: CID
  readonly path: string
}

async function send(replica: Replica, { root, path, ...call }: Send): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      if ((await replica.status(root, call)) === 'pinned') return
      await replica.upload?.(root, () => createReadStream(path), call)
      return
    } catch {
      // The status read in `observe` and the proof say what is missing, and why.
      if (call.signal?.aborted) return
    }
  }
}

async function statusOf(replica: Replica, { root, ...call }: CallOptions & { root: CID }): Promise<Upload> {
  try {
    const status = await replica.status(root, call)
    return status === 'pinned'
      ? { provider: replica.name }
      : { provider: replica.name, code: 'REPLICA_MISSING', message: `${replica.name} says ${status}.` }
  } catch (error) {
    return { provider: replica.name, code: errorCode(error), message: (error as Error).message }
  }
}
