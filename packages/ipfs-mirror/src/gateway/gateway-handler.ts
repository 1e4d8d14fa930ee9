import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { DomainSyncError, errorCode } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import type { BlockStore } from '../store/block-store.ts'
import { createBoundedSender, type SenderOptions } from './bounded-sender.ts'
import { BufferPool } from './buffer-pool.ts'
import { parseHost } from './host.ts'
import { HotNodes } from './hot-nodes.ts'
import { type GatewayRequest, Refusal, type Reply, sentenceReply } from './reply.ts'
import { sendUnread } from './send-unread.ts'
import { serveSite } from './site.ts'
import { refusalReply, type Sites } from './site-answer.ts'
import { StoredBlockError, type StoredNodes, storedBlocks } from './stored-blocks.ts'
import { IMMUTABLE, serveTrustless } from './trustless.ts'
import { asksTrustless } from './trustless-format.ts'

/** What an operator should know of. */
export type GatewayEvent =
  /** A block of the store is damaged or missing; the request got no wrong byte. */
  | { readonly kind: 'block'; readonly code: 'BLOCK_DAMAGED' | 'BLOCK_MISSING'; readonly cid: CID }
  /** A request failed for another reason than what it asked. */
  | { readonly kind: 'failed'; readonly code: string; readonly error: unknown }

export interface GatewayOptions extends SenderOptions {
  readonly store: Pick<BlockStore, 'get'>
  /** Default: any root under its own name, and no site. */
  readonly sites?: Sites | undefined
  readonly onEvent?: ((event: GatewayEvent) => void) | undefined
}

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD, OPTIONS',
  'access-control-allow-headers': 'Accept, Cache-Control, If-None-Match, If-Range, Range',
  'access-control-expose-headers':
    'Content-Length, Content-Location, Content-Range, ETag, X-Domainsync-Chain-Age, X-Domainsync-Code, X-Ipfs-Path, X-Ipfs-Roots',
  'cross-origin-resource-policy': 'cross-origin',
}

const NO_QUERY = new URLSearchParams()

/**
 * A gateway over one block store: verifiable blocks and CARs under `/ipfs/` at any host, sites by Host header alone (so two
 * never share an origin). It serves what the store holds, each block hash-checked, and fetches nothing from elsewhere.
 */
export function createGatewayHandler({
  store,
  sites = async (host) => (host.kind === 'content' ? host : undefined),
  onEvent = () => {},
  ...limits
}: GatewayOptions): RequestListener {
  const hot = new HotNodes()
  const pool = new BufferPool()
  const send = createBoundedSender(limits)
  return (request, response) => void answer(request, response)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => response.writableFinished || gone.abort())
    const head = request.method === 'HEAD'
    try {
      await send(request, response, withCors(await reply(request, gone.signal)))
    } catch (error) {
      // That a reader went away is no failure.
      if (gone.signal.aborted && (!response.headersSent || error === gone.signal.reason)) return
      const answer = refusal(error)
      if (response.headersSent || response.destroyed) return
      await sendUnread(request, response, { reply: withCors(answer), head }).catch(() => response.destroy())
    }
  }

  async function reply(incoming: IncomingMessage, signal: AbortSignal): Promise<Reply> {
    const { method = '', url = '', headers } = incoming
    if (method === 'OPTIONS')
      return { status: 204, headers: { 'content-length': '0', 'access-control-max-age': '86400' } }
    if (method !== 'GET' && method !== 'HEAD') {
      return sentenceReply(405, 'METHOD_NOT_ALLOWED', 'Only GET, HEAD and OPTIONS are served here.', {
        allow: 'GET, HEAD, OPTIONS',
      })
    }
    // Two are two readings of one request, by us and by a proxy before us (RFC 9112, 3.2).
    const host = incoming.headersDistinct.host?.length === 1 ? parseHost(headers.host) : undefined
    if (!host) throw new Refusal(400, 'HOST_INVALID', 'The Host header is missing or is no host name.')
    // An absolute target would make this a proxy (RFC 9112, 3.2.2).
    if (!url.startsWith('/')) throw new Refusal(400, 'TARGET_INVALID', 'The request target must be a path.')
    const at = url.indexOf('?')
    const [path, search] = at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at)]
    const query = search === '' ? NO_QUERY : new URLSearchParams(search)
    const request: GatewayRequest = { method, host, path, search, query, headers, signal }
    if (isNamespace(path) && (host.kind === 'address' || asksTrustless(request))) {
      // From the disk itself: this is also how others make sure that it holds what it should.
      return path.startsWith('/ipfs/')
        ? serveTrustless(request, { source: storedBlocks(store, { signal }) })
        : noNames()
    }
    return host.kind === 'address' ? nothingHere() : hosted(request, storedBlocks(store, { signal, hot }))
  }

  async function hosted(request: GatewayRequest, source: StoredNodes): Promise<Reply> {
    const { host } = request
    if (host.kind === 'address') return nothingHere()
    const site = await sites(host)
    if (site === undefined) return nothingHere()
    if (typeof site === 'string') return refusalReply(site)
    const cacheControl = host.kind === 'content' ? IMMUTABLE : 'public, max-age=0, must-revalidate'
    try {
      const reply = await serveSite(request, { root: site.root, source, pool, cacheControl })
      return { ...reply, headers: { ...reply.headers, ...ageHeader(site.ageMs), ...variance(request) } }
    } catch (error) {
      const isMissing = error instanceof StoredBlockError && error.code === 'BLOCK_MISSING'
      if (host.kind === 'content' && isMissing && error.cid.equals(host.root)) return nothingHere()
      throw error
    }
  }

  function refusal(error: unknown): Reply {
    if (error instanceof Refusal) {
      const soon: Record<string, string> = error.status === 503 ? { 'retry-after': `${BUSY_S}` } : {}
      return sentenceReply(error.status, error.code, error.message, soon)
    }
    const code = errorCode(error)
    if (NOT_SERVED.includes(code)) return sentenceReply(400, code, (error as DomainSyncError).message)
    if (error instanceof StoredBlockError) onEvent({ kind: 'block', code: error.code, cid: error.cid })
    else onEvent({ kind: 'failed', code, error })
    // Only sentences that were written for readers leave this machine.
    const sentence = error instanceof DomainSyncError ? error.message : 'This server failed; its operator can see why.'
    return sentenceReply(500, error instanceof DomainSyncError ? code : 'INTERNAL', sentence)
  }
}

/** After so many seconds a reader who was one too many may ask again. */
const BUSY_S = 5

/** What is stored but is no file or directory of a release. */
const NOT_SERVED = ['BLOCK_MALFORMED', 'BLOCK_UNSUPPORTED', 'DAG_MALFORMED', 'DAG_TOO_LARGE', 'DAG_UNSUPPORTED']

/** Said when it is more than a pause between two looks. */
const AGE_SAID_MS = 60_000

/** How old the chain's word is, in seconds, when this node could not read it lately. */
function ageHeader(ageMs = 0): Record<string, string> {
  return ageMs > AGE_SAID_MS ? { 'x-domainsync-chain-age': `${Math.round(ageMs / 1000)}` } : {}
}

function isNamespace(path: string): boolean {
  return path.startsWith('/ipfs/') || path.startsWith('/ipns/')
}

/** A site's own `/ipfs` folder answers where blocks do, and Accept decides. */
function variance({ path }: GatewayRequest): Record<string, string> {
  return isNamespace(path) ? { vary: 'Accept' } : {}
}

function nothingHere(): Reply {
  return sentenceReply(404, 'HOST_UNKNOWN', 'There is nothing here under this name.')
}

function withCors(reply: Reply): Reply {
  return { ...reply, headers: { ...CORS, ...reply.headers } }
}

function noNames(): Reply {
  return sentenceReply(404, 'IPNS_NOT_SERVED', 'Names under /ipns/ are not looked up here; ask for /ipfs/ and a CID.')
}
