import type { Socket as UdpSocket } from 'node:dgram'
import type { Server, Socket } from 'node:net'
import type { Clock } from '@domainsync/core'
import { DnsError } from '../dns-error.ts'
import { frame } from '../exchange.ts'
import { canonicalName } from '../wire/name.ts'
import { listen } from './listen.ts'
import { createRequestHandler } from './request-handler.ts'
import { loadState, prepareFolder, saveState } from './state-file.ts'
import { type UpdateKeyConfig, updateKeys } from './update-keys.ts'
import { UpdateQueue, type ZoneChange } from './update-queue.ts'
import { createZone, findZone, type ZoneConfig } from './zone.ts'

/** A TCP connection that says nothing for this long is closed (RFC 7766, 6.2.3). */
const TCP_IDLE_MS = 10_000
const MAX_TCP_CONNECTIONS = 128

export type DnsServerEvent =
  | ({ readonly kind: 'updated'; readonly key: string } & ZoneChange)
  | {
      readonly kind: 'refused'
      readonly rcode: string
      readonly zone: string
      readonly key: string | undefined
      readonly reason: string
    }
  /** Something failed here, such as a full disk; the client was told SERVFAIL or nothing. */
  | { readonly kind: 'error'; readonly error: unknown }

export interface DnsServerConfig {
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  readonly zones: readonly ZoneConfig[]
  readonly keys: readonly UpdateKeyConfig[]
  /** Where updates are stored; without it they are lost when the server stops. One server per file. */
  readonly path?: string
  readonly onEvent?: (event: DnsServerEvent) => void
  /** For checking the time in signatures. */
  readonly clock?: Pick<Clock, 'now'>
}

export interface DnsServer {
  readonly host: string
  readonly port: number
  /** Stops listening and waits for updates that are under way; may be called again. */
  close(): Promise<void>
}

/**
 * Starts an authoritative DNS server on UDP and TCP: answers from its zones, refuses other names, and takes signed updates
 * (RFC 2136, RFC 8945) of the TXT records that a key's policy names. An update that was answered survives `kill -9`.
 *
 * @throws DnsError `PORT_IN_USE`, `PORT_FORBIDDEN`, `DNS_ZONE_INVALID`, `DNS_KEY_INVALID`, `DNS_STATE_CORRUPT`
 */
export async function startDnsServer(config: DnsServerConfig): Promise<DnsServer> {
  const { host = '127.0.0.1', port = 0, path, onEvent = () => undefined, clock = { now: Date.now } } = config
  const keys = updateKeys(config.keys)
  const names = new Set([...keys.values()].flatMap((key) => [...key.names]))
  const configured = new Map(config.zones.map((zone) => [canonicalName(zone.name), createZone(zone)]))
  if (configured.size < config.zones.length) {
    throw new DnsError('DNS_ZONE_INVALID', 'A zone is configured twice; give its records once.', { retryable: false })
  }
  for (const name of names) {
    if (findZone(configured.values(), name)) continue
    throw new DnsError('DNS_ZONE_INVALID', `A key may write "${name}", but no zone has it; add the zone.`, {
      retryable: false,
    })
  }
  if (path !== undefined) await prepareFolder(path)
  const state =
    path === undefined ? { zones: configured, handled: new Map() } : await loadState(path, configured, names)
  const updates = new UpdateQueue(state, async (next) => {
    if (path !== undefined) await saveState(path, next, { names, configured })
  })
  const handle = createRequestHandler({ updates, keys, clock, onEvent })
  const { udp, tcp, port: chosen } = await listen(host, port)
  const connections = new Set<Socket>()
  serveUdp(udp, handle, onEvent)
  serveTcp(tcp, handle, { onEvent, connections })
  let closed: Promise<void> | undefined
  const close = async () => {
    const tcpClosed = new Promise((done) => tcp.close(done))
    await updates.drain()
    // The answers to those updates go out before the sockets do.
    await new Promise((done) => setImmediate(done))
    const udpClosed = new Promise((done) => udp.close(() => done(true)))
    for (const socket of connections) socket.destroy()
    await Promise.all([tcpClosed, udpClosed, updates.drain()])
  }
  return {
    host,
    port: chosen,
    close() {
      closed ??= close()
      return closed
    },
  }
}

type Handler = ReturnType<typeof createRequestHandler>

function serveUdp(udp: UdpSocket, handle: Handler, onEvent: (event: DnsServerEvent) => void): void {
  let open = true
  udp.on('close', () => {
    open = false
  })
  udp.on('error', (error) => onEvent({ kind: 'error', error }))
  udp.on('message', async (request, { address, port }) => {
    try {
      const answer = await handle(request, 'udp')
      if (answer && open) udp.send(answer, port, address, (error) => error && onEvent({ kind: 'error', error }))
    } catch (error) {
      onEvent({ kind: 'error', error })
    }
  })
}

function serveTcp(
  tcp: Server,
  handle: Handler,
  { onEvent, connections }: { onEvent: (event: DnsServerEvent) => void; connections: Set<Socket> },
): void {
  tcp.maxConnections = MAX_TCP_CONNECTIONS
  tcp.on('error', (error) => onEvent({ kind: 'error', error }))
  tcp.on('connection', (socket) => {
    connections.add(socket)
    socket.setTimeout(TCP_IDLE_MS, () => socket.destroy())
    // A client may go away at any time; that is no event of ours.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => connections.delete(socket))
    serveConnection(socket, handle).catch((error) => {
      if (socket.destroyed) return
      onEvent({ kind: 'error', error })
      socket.destroy()
    })
  })
}

/** Answers the requests of a connection in order, waiting for a client that does not read. */
async function serveConnection(socket: Socket, handle: Handler): Promise<void> {
  let received = Buffer.alloc(0)
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk])
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0)
      const answer = await handle(received.subarray(2, end), 'tcp')
      received = received.subarray(end)
      if (!answer) continue
      if (!socket.write(frame(answer)))
        await new Promise((drained) => socket.once('drain', drained).once('close', drained))
    }
  }
}
