import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { DomainSyncError, errorCode, isDiskFull } from '@domainsync/core'
import { CID } from 'multiformats/cid'
import { readCar } from '../car/read-car.ts'
import { Refusal, type Reply, sentenceReply } from '../gateway/reply.ts'
import { sendUnread } from '../gateway/send-unread.ts'
import { CAR_TYPE } from '../gateway/trustless-format.ts'
import type { Hint } from '../sites/look-cadence.ts'
import type { BlockStore } from '../store/block-store.ts'
import { tokenMatches } from './bearer-token.ts'

/** Where the control API stands; no site can have this path. */
export const CONTROL_PATH = '/.domainsync/v1/'

/** Largest CAR that a node takes unless told otherwise, in bytes. */
export const MAX_CAR_BYTES = 64 * 1024 ** 3

/** What the control API did. */
export type ControlEvent =
  | { readonly kind: 'stored'; readonly root: CID }
  | { readonly kind: 'removed'; readonly root: CID }
  | { readonly kind: 'refused'; readonly code: string; readonly root: CID | undefined }
  | { readonly kind: 'failed'; readonly code: string; readonly error: unknown }

export interface ControlOptions {
  readonly store: BlockStore
  readonly token: string
  readonly maxCarBytes?: number | undefined
  readonly onEvent?: ((event: ControlEvent) => void) | undefined
  /** Told of every root that was kept, asked for or removed: what is live may be about to change, or not any more. */
  readonly onHint?: ((root: CID, hint: Hint) => void) | undefined
}

/**
 * The API that replicas are driven by; every request carries `Authorization: Bearer <token>`.
 *
 * - `GET roots`: `{ "roots": ["bafy…"] }`
 * - `GET roots/<cid>`: `{ "root", "status": "pinned" | "absent" }`
 * - `PUT roots/<cid>`, body a CAR of the whole DAG: verified block by block while it streams in, then kept durably. 422
 *   with the code when it is cut, tampered with or of another root; 413 `CAR_TOO_LARGE`; 507 when this node's disk is full.
 *   What was stored of a refused one is freed.
 * - `DELETE roots/<cid>`: 204, also when it was not there.
 */
export function createControlApi(options: ControlOptions): RequestListener {
  const { store, token, maxCarBytes = MAX_CAR_BYTES, onEvent = () => {}, onHint = () => {} } = options
  return (request, response) => void answer(request, response)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => response.writableFinished || gone.abort())
    const root = { cid: undefined as CID | undefined }
    try {
      await sendUnread(request, response, { reply: await reply(request, { signal: gone.signal, root }), head: false })
    } catch (error) {
      if (gone.signal.aborted || request.errored)
        return onEvent({ kind: 'refused', code: 'UPLOAD_CUT', root: root.cid })
      if (response.headersSent) return
      const code = errorCode(error)
      const known = error instanceof DomainSyncError
      const status = error instanceof Refusal ? error.status : faultStatus(error)
      if (status < 500) onEvent({ kind: 'refused', code, root: root.cid })
      else onEvent({ kind: 'failed', code, error })
      const sentence = known ? error.message : 'This node failed; its operator can see why.'
      const refusal = sentenceReply(status, known ? code : 'INTERNAL', sentence, challenge(status))
      await sendUnread(request, response, { reply: refusal, head: false })
    }
  }

  async function reply(
    request: IncomingMessage,
    { signal, root }: { signal: AbortSignal; root: { cid: CID | undefined } },
  ): Promise<Reply> {
    if (!tokenMatches(request.headers.authorization, token)) {
      throw new Refusal(401, 'TOKEN_REJECTED', "The token is missing or is not this node's.")
    }
    const path = (request.url ?? '').slice(CONTROL_PATH.length)
    if (path === 'roots' && request.method === 'GET') return json({ roots: store.pinned().map(String) })
    const [, label] = /^roots\/([a-z0-9]+)$/.exec(path) ?? []
    if (label === undefined) throw new Refusal(404, 'PATH_NOT_FOUND', 'The control API has no such path.')
    const cid = parseRoot(label)
    root.cid = cid
    switch (request.method) {
      case 'GET':
        onHint(cid, 'asked')
        return json({ root: `${cid}`, status: isPinned(cid) ? 'pinned' : 'absent' })
      case 'PUT':
        return keep(request, cid, signal)
      case 'DELETE':
        await store.unpin(cid)
        onEvent({ kind: 'removed', root: cid })
        onHint(cid, 'removed')
        return { status: 204, headers: { 'content-length': '0' } }
      default:
        throw new Refusal(405, 'METHOD_NOT_ALLOWED', 'Use GET, PUT or DELETE.')
    }
  }

  async function keep(request: IncomingMessage, root: CID, signal: AbortSignal): Promise<Reply> {
    if (!request.headers['content-type']?.startsWith(CAR_TYPE)) {
      throw new Refusal(415, 'CAR_EXPECTED', `Send the release as ${CAR_TYPE}.`)
    }
    if (Number(request.headers['content-length'] ?? 0) > maxCarBytes) throw tooLarge(maxCarBytes)
    const { sizeBytes } = store
    try {
      using _hold = store.hold()
      await readCar(limited(request, maxCarBytes), { root, into: store, signal })
      await store.pin(root)
    } catch (error) {
      // What came of it fills the disk for nothing; the sender hears of it when there is room for something smaller.
      if (store.sizeBytes !== sizeBytes) await store.tidy()
      throw error
    }
    onEvent({ kind: 'stored', root })
    onHint(root, 'kept')
    return json({ root: `${root}`, status: 'pinned' })
  }

  function isPinned(root: CID): boolean {
    return store.pinned().some((pinned) => pinned.equals(root))
  }
}

function faultStatus(error: unknown): number {
  if (carFault(errorCode(error))) return 422
  return isDiskFull(error) ? 507 : 500
}

/** Codes that say: what was sent is wrong, not this node. */
function carFault(code: string): boolean {
  return code.startsWith('CAR_') || code === 'DAG_INCOMPLETE' || code === 'DAG_TOO_LARGE' || code === 'ROOT_MISMATCH'
}

function challenge(status: number): Record<string, string> {
  return status === 401 ? { 'www-authenticate': 'Bearer realm="domainsync"' } : {}
}

async function* limited(request: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
    yield chunk
  }
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, 'CAR_TOO_LARGE', `The CAR is larger than the ${maxBytes} bytes this node takes.`)
}

function parseRoot(label: string): CID {
  try {
    return CID.parse(label)
  } catch {
    throw new Refusal(400, 'CID_INVALID', `"${label.slice(0, 80)}" is not a CID.`)
  }
}

function json(value: unknown): Reply {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { status: 200, headers, body: new TextEncoder().encode(`${JSON.stringify(value)}\n`) }
}
