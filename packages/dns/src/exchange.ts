import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import { DnsError } from './dns-error.ts'

/** Where a DNS server listens. */
export interface DnsAddress {
  /** An IP address or a host name. */
  readonly host: string
  readonly port: number
}

export interface ExchangeOptions {
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs: number
  /** Decides whether a datagram or message answers ours; others are ignored and waiting goes on. */
  readonly accept: (message: Buffer) => boolean
}

/** A lost datagram is sent once more after this time, or after half of the time limit when that is shorter. */
export const RESEND_AFTER_MS = 1_500

/**
 * Sends a message over UDP from a fresh port and waits for what `accept` takes. The socket is connected, so the system
 * drops datagrams from any other address or port, and a closed port is reported.
 *
 * @throws DnsError `DNS_TIMEOUT` or `DNS_UNREACHABLE`
 */
export async function exchangeUdp(server: DnsAddress, message: Uint8Array, options: ExchangeOptions): Promise<Buffer> {
  const stack = new DisposableStack()
  try {
    return await answered(server, options, (done, fail) => {
      lookup(server.host, { order: 'ipv4first' }).then(({ address, family }) => {
        if (stack.disposed) return
        const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
        stack.defer(() => void socket.close())
        socket.on('error', fail)
        socket.on('message', (answer) => options.accept(answer) && done(answer))
        socket.connect(server.port, address, () => {
          if (stack.disposed) return
          socket.send(message)
          const resend = setTimeout(() => socket.send(message), Math.min(RESEND_AFTER_MS, options.timeoutMs / 2))
          stack.defer(() => clearTimeout(resend))
        })
      }, fail)
    })
  } finally {
    stack.dispose()
  }
}

/**
 * Sends a message over TCP (RFC 7766) and waits for what `accept` takes.
 *
 * @throws DnsError `DNS_TIMEOUT` or `DNS_UNREACHABLE` (also when the server closes the connection)
 */
export async function exchangeTcp(server: DnsAddress, message: Uint8Array, options: ExchangeOptions): Promise<Buffer> {
  const socket = connect({ host: server.host, port: server.port })
  let received = Buffer.alloc(0)
  try {
    return await answered(server, options, (done, fail) => {
      socket.on('error', fail)
      socket.on('close', () => fail(new Error('the connection was closed without an answer')))
      socket.on('connect', () => socket.write(frame(message)))
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk])
        while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
          const end = 2 + received.readUInt16BE(0)
          const answer = received.subarray(2, end)
          received = received.subarray(end)
          if (options.accept(answer)) done(answer)
        }
      })
    })
  } finally {
    socket.destroy()
  }
}

/** A message with the two-byte length in front that TCP needs (RFC 1035, 4.2.2). */
export function frame(message: Uint8Array): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}

/** Settles with the first of: an answer, a socket error, the time limit, the caller's abort. */
async function answered(
  { host, port }: DnsAddress,
  { signal, timeoutMs }: ExchangeOptions,
  start: (done: (answer: Buffer) => void, fail: (error: Error) => void) => void,
): Promise<Buffer> {
  signal?.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const abort = () => reject(signal?.reason)
  const timer = setTimeout(() => {
    reject(new DnsError('DNS_TIMEOUT', `${host}:${port} did not answer in ${timeoutMs} ms; its state is unknown.`))
  }, timeoutMs)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    start(resolve, (cause) => reject(unreachable({ host, port }, cause)))
    return await promise
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

function unreachable({ host, port }: DnsAddress, cause: unknown): DnsError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new DnsError('DNS_UNREACHABLE', `${host}:${port} cannot be reached (${reason}); its state is unknown.`, {
    cause,
  })
}
