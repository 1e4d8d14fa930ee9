import type { CallOptions, Replica, ReplicaStatus } from '@domainsync/core'
import { CID } from 'multiformats/cid'
import { z } from 'zod'
import { CAR_TYPE } from '../gateway/trustless-format.ts'
import { CONTROL_PATH } from '../node/control-api.ts'
import { createGatewaySource } from './gateway-source.ts'
import { CAR_TIMEOUT_MS, createProviderHttp, type ProviderHttp, type ProviderRequest } from './provider-http.ts'
import { readJson, readText } from './read-answer.ts'
import { ReplicaError } from './replica-error.ts'

export interface EmbeddedReplicaOptions {
  readonly name: string
  /** Where the node answers: `http://127.0.0.1:8090`. */
  readonly url: string
  readonly token: string
  readonly failureDomain: string
}

const VENDOR = 'a DomainSync node'
const STATUS = z.object({ status: z.string() })
const ROOT = z.string().transform((text, context) => {
  try {
    return CID.parse(text)
  } catch {
    context.addIssue('no CID')
    return z.NEVER
  }
})
const ROOTS = z.object({ roots: z.array(ROOT) })

/** A node started by `startNode`, spoken to over HTTP. Its gateway serves its own disk alone: evidence `stored`. */
export function createEmbeddedReplica(
  options: EmbeddedReplicaOptions,
): Replica & Required<Pick<Replica, 'upload' | 'remove'>> {
  const { name, url, token, failureDomain } = options
  const http = createProviderHttp({ name, url, credentials: { token }, codeOf })
  // Blocks are read as anybody reads them: the token opens the control API alone.
  const source = createGatewaySource(name, createProviderHttp({ name, url, codeOf }))

  async function control<T>(
    root: CID,
    request: Omit<ProviderRequest, 'path'>,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    return await isNode(http, { name, request: { ...request, path: `${CONTROL_PATH}roots/${root}` } }, read)
  }

  async function status(root: CID, call: CallOptions = {}): Promise<ReplicaStatus> {
    const answer = await control(root, { call }, readJson(STATUS, { name, vendor: VENDOR }))
    return answer.status === 'pinned' ? 'pinned' : 'absent'
  }

  async function upload(root: CID, car: () => AsyncIterable<Uint8Array>, call: CallOptions = {}): Promise<void> {
    // A wrong token is told before gigabytes are sent.
    await status(root, call)
    const body = { type: CAR_TYPE, chunks: car() }
    await control(root, { method: 'PUT', body, call, timeoutMs: CAR_TIMEOUT_MS }, readText)
  }

  async function remove(root: CID, call: CallOptions = {}): Promise<void> {
    await control(root, { method: 'DELETE', call }, readText)
  }

  return { name, failureDomain, evidence: 'stored', isOwn: true, source, status, upload, remove }
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
  const http = createProviderHttp({ name, url, credentials: { token }, codeOf })
  const request = { path: `${CONTROL_PATH}roots`, call }
  const answer = await isNode(http, { name, request }, readJson(ROOTS, { name, vendor: VENDOR }))
  return answer.roots
}

/** The control API of a node; a 404 there means that something else answers at this URL. */
async function isNode<T>(
  http: ProviderHttp,
  { name, request }: { name: string; request: ProviderRequest },
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const found = await http.find({ ...request, absent: (status) => status === 404 }, async (response) => ({
    value: await read(response),
  }))
  if (found) return found.value
  throw new ReplicaError('REPLICA_FAILED', `What answers is no DomainSync node; correct the URL of ${name}.`, {
    retryable: false,
  })
}

/** Only what looks like one of ours: anything may answer at this URL. */
function codeOf(headers: Headers): string | undefined {
  const code = headers.get('x-domainsync-code') ?? ''
  if (!/^[A-Z][A-Z0-9_]{0,63}$/.test(code)) return undefined
  return code === 'CAR_ROOT_MISMATCH' ? 'ROOT_MISMATCH' : code
}
