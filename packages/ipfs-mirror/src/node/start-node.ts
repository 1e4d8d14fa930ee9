import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DomainSyncError, errorCode } from '@domainsync/core'
import { createGatewayHandler, type GatewayEvent } from '../gateway/gateway-handler.ts'
import type { Sites } from '../gateway/site-answer.ts'
import type { BlockStore, StoreEvent } from '../store/block-store.ts'
import { openBlockStore } from '../store/open-block-store.ts'
import { connectionLimit } from './connection-limit.ts'
import { CONTROL_PATH, type ControlEvent, type ControlOptions, createControlApi } from './control-api.ts'
import { limitConnections } from './limit-connections.ts'

/** How long a connection may say nothing while a request or an answer is under way, in milliseconds. */
export const IDLE_TIMEOUT_MS = 120_000

/** How long requests in flight may go on after `close`, in milliseconds. */
export const CLOSE_GRACE_MS = 5_000

/** How long after its start a node frees what an earlier one, killed in the middle of an upload, left, in milliseconds. */
export const TIDY_AFTER_MS = 60_000

const MAX_HEADER_BYTES = 16_384
const HEADERS_TIMEOUT_MS = 10_000
/** Longer than proxies keep theirs, so that none sends a request into a connection that is just being closed. */
const KEEP_ALIVE_MS = 75_000
/** How often the time-out of headers is looked after, in milliseconds. */
const CHECK_EVERY_MS = 2_000

export type NodeEvent = GatewayEvent | ControlEvent | StoreEvent

export interface NodeOptions {
  /** Folder of the block store; made when it is missing. */
  readonly path: string
  /** Address to listen on. Default: this machine only. */
  readonly host?: string | undefined
  /** 0 takes any free port. */
  readonly port: number
  /** Bearer token of the control API. */
  readonly token: string
  readonly sites?: Sites | undefined
  readonly onHint?: ControlOptions['onHint']
  readonly maxCarBytes?: number | undefined
  /** Default {@link TIDY_AFTER_MS}; false: never, for who goes on where a killed one stopped. */
  readonly tidyAfterMs?: number | false | undefined
  /** Connections at a time. Default: what the system's limit of open files allows, 16,384 at most. */
  readonly maxConnections?: number | undefined
  readonly onEvent?: ((event: NodeEvent) => void) | undefined
  /** Aborting it closes the node. */
  readonly signal?: AbortSignal | undefined
}

/** A running node. */
export interface EmbeddedNode {
  /** `http://127.0.0.1:8080`, without a slash at the end. */
  readonly url: string
  readonly port: number
  readonly store: BlockStore
  /** Ends the server, then the store; requests in flight get {@link CLOSE_GRACE_MS}. May be called again. */
  close(): Promise<void>
}

/**
 * Starts an IPFS node of one process: a block store on disk, a gateway over it, and the control API, on one port. It serves
 * what was uploaded to it and fetches nothing for strangers.
 *
 * @throws DomainSyncError `TOKEN_EMPTY`, `PORT_IN_USE`, `PORT_REFUSED`, or what opening the store throws.
 */
export async function startNode(options: NodeOptions): Promise<EmbeddedNode> {
  const { path, host = '127.0.0.1', port, token, sites, maxCarBytes, onEvent, onHint, signal } = options
  const { maxConnections = connectionLimit(1), tidyAfterMs = TIDY_AFTER_MS } = options
  signal?.throwIfAborted()
  if (token === '')
    throw new DomainSyncError('TOKEN_EMPTY', 'The node needs a token for its control API.', { retryable: false })
  const store = await openBlockStore(path, { onEvent })
  const gateway = createGatewayHandler({ store, sites, onEvent })
  const control = createControlApi({ store, token, maxCarBytes, onEvent, onHint })
  const limits = { maxHeaderSize: MAX_HEADER_BYTES, connectionsCheckingInterval: CHECK_EVERY_MS }
  const server = createServer(limits, (request, response) =>
    request.url?.startsWith(CONTROL_PATH) ? control(request, response) : gateway(request, response),
  )
  server.headersTimeout = HEADERS_TIMEOUT_MS
  // An upload takes as long as it takes; a silent connection is ended by the idle time-out.
  server.requestTimeout = 0
  server.timeout = IDLE_TIMEOUT_MS
  server.keepAliveTimeout = KEEP_ALIVE_MS
  limitConnections(server, maxConnections)
  try {
    await listen(server, { host, port })
  } catch (error) {
    await store.close()
    throw error
  }
  // Not at once: nobody waits for it, and a start has better things to do.
  const tidying = tidyAfterMs === false ? undefined : setTimeout(() => void store.tidy(), tidyAfterMs).unref()
  let closing: Promise<void> | undefined
  const close = () => {
    clearTimeout(tidying)
    closing ??= stop(server).then(() => store.close())
    return closing
  }
  signal?.addEventListener('abort', () => void close().catch((error) => onEvent?.(failedClose(error))), { once: true })
  const bound = (server.address() as AddressInfo).port
  return { url: `http://${urlHost(host)}:${bound}`, port: bound, store, close }
}

async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ host, port }, resolve)
  try {
    await promise
  } catch (cause) {
    if (errorCode(cause) === 'EADDRINUSE') {
      const message = `Port ${port} on ${host} is in use; stop what listens there, or choose another port.`
      throw new DomainSyncError('PORT_IN_USE', message, { cause })
    }
    const message = `Cannot listen on ${host}, port ${port} (${errorCode(cause)}); choose an address and a port that this user may use.`
    throw new DomainSyncError('PORT_REFUSED', message, { cause, retryable: false })
  } finally {
    server.off('error', reject)
  }
}

/** No new connections; idle ones are ended, busy ones get their time. */
async function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
  await promise
  clearTimeout(timer)
}

function failedClose(error: unknown): NodeEvent {
  return { kind: 'failed', code: errorCode(error), error }
}

/** Wildcard addresses are reached by loopback. */
function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
