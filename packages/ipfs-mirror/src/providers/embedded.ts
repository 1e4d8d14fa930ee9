import { type BlockSource, type CallOptions, callSignal, type Replica, type ReplicaStatus } from '@domainsync/core'
import { CID } from 'multiformats/cid'
import { MAX_BLOCK_BYTES } from '../car/block-fault.ts'
import { CAR_TYPE } from '../gateway/trustless-format.ts'
import { CONTROL_PATH } from '../node/control-api.ts'
import { ReplicaError, replicaFailure, statusFailure } from './replica-error.ts'
import { watchedChunks } from './watched-chunks.ts'

/** Time for one short answer or one block, in milliseconds. */
export const EMBEDDED_TIMEOUT_MS = 30_000
/** Time for a whole CAR, there or back, in milliseconds. */
export const EMBEDDED_CAR_TIMEOUT_MS = 3_600_000

export interface EmbeddedReplicaOptions {
  readonly name: string
  /** Where the node answers: `http://127.0.0.1:8090`. */
  readonly url: string
  readonly token: string
  readonly failureDomain: string
}

/** A node started by `startNode`, spoken to over HTTP. Its gateway serves its own disk alone: evidence `stored`. */
export function createEmbeddedReplica(
  options: EmbeddedReplicaOptions,
): Replica & Required<Pick<Replica, 'upload' | 'remove'>> {
  const { name, url, token, failureDomain } = options
  const base = url.replace(/\/+$/, '')
  const authorization = `Bearer ${token}`

  async function request(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(base + path, { redirect: 'error', ...init })
    if (response.ok || response.status === 404) return response
    const message = await response.text().catch(() => undefined)
    const own = response.headers.get('x-domainsync-code') ?? undefined
    const code = own === 'CAR_ROOT_MISMATCH' ? 'ROOT_MISMATCH' : own
    throw statusFailure({ name, status: response.status }, { code, message })
  }

  /** The control API of the node; a 404 there means that something else answers at this URL. */
  async function control(root: CID, init: RequestInit): Promise<Response> {
    const response = await request(`${CONTROL_PATH}roots/${root}`, {
      ...init,
      headers: { ...init.headers, authorization },
    })
    if (response.ok) return response
    await response.body?.cancel()
    throw new ReplicaError('REPLICA_FAILED', `${base} is no DomainSync node; correct the URL of ${name}.`, {
      retryable: false,
    })
  }

  async function status(root: CID, call: CallOptions = {}): Promise<ReplicaStatus> {
    try {
      const response = await control(root, { signal: callSignal(call, EMBEDDED_TIMEOUT_MS) })
      const answer = (await response.json()) as { status?: unknown }
      return answer.status === 'pinned' ? 'pinned' : 'absent'
    } catch (error) {
      throw replicaFailure(error, { name, ...call })
    }
  }

  async function upload(root: CID, car: () => AsyncIterable<Uint8Array>, call: CallOptions = {}): Promise<void> {
    // A wrong token is told before gigabytes are sent.
    await status(root, call)
    const body = watchedChunks(car())
    try {
      const signal = callSignal(call, EMBEDDED_CAR_TIMEOUT_MS)
      const stream = ReadableStream.from(body.chunks)
      const response = await control(root, {
        method: 'PUT',
        headers: { 'content-type': CAR_TYPE },
        body: stream,
        duplex: 'half',
        signal,
      })
      await response.body?.cancel()
    } catch (error) {
      throw replicaFailure(body.error() ?? error, { name, ...call })
    }
  }

  async function remove(root: CID, call: CallOptions = {}): Promise<void> {
    try {
      await control(root, { method: 'DELETE', signal: callSignal(call, EMBEDDED_TIMEOUT_MS) })
    } catch (error) {
      throw replicaFailure(error, { name, ...call })
    }
  }

  const source: BlockSource = {
    name,
    async get(cid, call = {}) {
      try {
        const response = await request(`/ipfs/${cid}?format=raw`, { signal: callSignal(call, EMBEDDED_TIMEOUT_MS) })
        if (response.ok) return await readBlockBody(response, name)
        await response.body?.cancel()
        return undefined
      } catch (error) {
        throw replicaFailure(error, { name, ...call })
      }
    },
    async *car(root, call = {}) {
      try {
        const response = await request(`/ipfs/${root}?format=car`, {
          signal: callSignal(call, EMBEDDED_CAR_TIMEOUT_MS),
        })
        if (!response.ok || !response.body) throw new ReplicaError('BLOCK_MISSING', `${name} does not have ${root}.`)
        yield* response.body
      } catch (error) {
        throw replicaFailure(error, { name, ...call })
      }
    },
  }

  return { name, failureDomain, evidence: 'stored', source, status, upload, remove }
}

/**
 * What a node keeps, asked of the node itself.
 *
 * @throws ReplicaError
 */
export async function pinnedRoots(
  { name, url, token }: Pick<EmbeddedReplicaOptions, 'name' | 'url' | 'token'>,
  call: CallOptions = {},
): Promise<CID[]> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}${CONTROL_PATH}roots`, {
      redirect: 'error',
      headers: { authorization: `Bearer ${token}` },
      signal: callSignal(call, EMBEDDED_TIMEOUT_MS),
    })
    if (!response.ok) throw statusFailure({ name, status: response.status }, { code: undefined, message: undefined })
    return ((await response.json()) as { roots: string[] }).roots.map((root) => CID.parse(root))
  } catch (error) {
    throw replicaFailure(error, { name, ...call })
  }
}

async function readBlockBody(response: Response, name: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  for await (const piece of response.body ?? []) {
    sizeBytes += piece.length
    if (sizeBytes > MAX_BLOCK_BYTES) {
      throw new ReplicaError('BLOCK_TOO_LARGE', `${name} sent more than ${MAX_BLOCK_BYTES} bytes for one block.`)
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
