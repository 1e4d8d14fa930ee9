import { type BlockSource, type CallOptions, callSignal, type Replica, type ReplicaStatus } from '@domainsync/core'
import type { KuboRPCClient } from 'kubo-rpc-client'
import { CID } from 'multiformats/cid'
import { ReplicaError, replicaFailure, statusFailure } from './replica-error.ts'
import { watchedChunks } from './watched-chunks.ts'

/** Time for one short answer or one block, in milliseconds. */
export const KUBO_TIMEOUT_MS = 30_000
/** Time for a whole CAR, there or back, in milliseconds. */
export const KUBO_CAR_TIMEOUT_MS = 3_600_000

export interface KuboReplicaOptions {
  readonly name: string
  /** The RPC API: `http://127.0.0.1:5001`. */
  readonly rpcUrl: string
  /** Bearer token, where the RPC API wants one (`API.Authorizations`). */
  readonly token?: string | undefined
  readonly failureDomain: string
}

/** Offline answers come from the node's own disk: that is what makes them evidence. */
const OFFLINE = { offline: true }

/** A Kubo node over its RPC API. Every read is offline: evidence `stored`. */
export function createKuboReplica(options: KuboReplicaOptions): Replica & Required<Pick<Replica, 'upload' | 'remove'>> {
  const { name, rpcUrl, token, failureDomain } = options
  const rpc = new URL('/api/v0', rpcUrl).href
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  let client: Promise<KuboRPCClient> | undefined
  // Loaded when a Kubo is asked first: it is half of the start-up time of programs that use none.
  const kubo = () => {
    client ??= import('kubo-rpc-client').then(({ create }) => create({ url: rpc, headers }))
    return client
  }

  /** Runs one call; `absent` answers for an error that only says that the thing is not there. */
  async function run<T>(call: CallOptions, work: () => Promise<T>, absent?: { when: RegExp; answer: T }): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (absent && isHttpError(error) && absent.when.test(error.message)) return absent.answer
      throw kuboFailure(error, { name, ...call })
    }
  }

  async function status(root: CID, call: CallOptions = {}): Promise<ReplicaStatus> {
    const signal = callSignal(call, KUBO_TIMEOUT_MS)
    const work = async (): Promise<ReplicaStatus> => {
      for await (const pin of (await kubo()).pin.ls({ paths: root, type: 'recursive', signal, ...OFFLINE })) {
        if (pin.cid.equals(root)) return 'pinned'
      }
      return 'absent'
    }
    return run(call, work, { when: /is not pinned/, answer: 'absent' })
  }

  async function upload(root: CID, car: () => AsyncIterable<Uint8Array>, call: CallOptions = {}): Promise<void> {
    const body = watchedChunks(car())
    const signal = callSignal(call, KUBO_CAR_TIMEOUT_MS)
    const roots: { cid: CID; problem: string | undefined }[] = []
    try {
      for await (const { root: one } of (await kubo()).dag.import([body.chunks], { pinRoots: true, signal })) {
        roots.push({ cid: CID.parse(`${one.cid}`), problem: one.pinErrorMsg })
      }
    } catch (error) {
      throw kuboFailure(body.error() ?? error, { name, ...call })
    }
    // The client does not read the trailer that tells of an error after the first bytes: an import that broke off looks
    // finished, but names no root.
    const pinned = roots.find(({ cid }) => cid.equals(root))
    if (!pinned) {
      const what = roots.length === 0 ? 'no root' : `${roots[0]?.cid}`
      throw new ReplicaError('ROOT_MISMATCH', `${name} imported ${what} where ${root} was sent.`, { retryable: false })
    }
    if (pinned.problem) throw new ReplicaError('PIN_FAILED', `${name} could not pin ${root}: ${pinned.problem}`)
  }

  async function remove(root: CID, call: CallOptions = {}): Promise<void> {
    const signal = callSignal(call, KUBO_TIMEOUT_MS)
    const work = async () => void (await (await kubo()).pin.rm(root, { recursive: true, signal }))
    await run(call, work, { when: /not pinned/, answer: undefined })
  }

  const source: BlockSource = {
    name,
    async get(cid, call = {}) {
      const signal = callSignal(call, KUBO_TIMEOUT_MS)
      const work = async (): Promise<Uint8Array | undefined> => (await kubo()).block.get(cid, { signal, ...OFFLINE })
      return run(call, work, { when: /could not find|not found/, answer: undefined })
    },
    async *car(root, call = {}) {
      const signal = callSignal(call, KUBO_CAR_TIMEOUT_MS)
      try {
        // Not the client's `dag.export`: it cannot say "offline", so a missing block would be fetched from strangers.
        const response = await fetch(`${rpc}/dag/export?arg=${root}&offline=true&progress=false`, {
          method: 'POST',
          headers,
          signal,
        })
        if (!response.ok || !response.body) {
          throw statusFailure({ name, status: response.status }, { message: await response.text() })
        }
        yield* response.body
      } catch (error) {
        throw kuboFailure(error, { name, ...call })
      }
    },
  }

  return { name, failureDomain, evidence: 'stored', source, status, upload, remove }
}

interface KuboHttpError extends Error {
  readonly response: { readonly status: number }
}

function isHttpError(error: unknown): error is KuboHttpError {
  return error instanceof Error && error.name === 'HTTPError' && 'response' in error
}

function kuboFailure(error: unknown, context: { name: string } & CallOptions): unknown {
  if (!isHttpError(error) || context.signal?.aborted) return replicaFailure(error, context)
  return statusFailure({ name: context.name, status: error.response.status }, { message: error.message, cause: error })
}
