import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Where to ask, and what. */
export interface Target {
  readonly port: number
  readonly host: string
  readonly path: string
}

/** What a load gave. */
export interface LoadResult {
  readonly requestsPerSecond: number
  /** 99 of 100 answers came within, in milliseconds. */
  readonly p99Ms: number
}

const END_OF_HEAD = Buffer.from('\r\n\r\n')

/**
 * Asks for one small page again and again over so many kept connections, each with one request under way. It reads of an answer
 * its status and length alone, so that it costs less than the servers it measures.
 *
 * @throws when an answer is not 200, has no Content-Length, or the connection ends
 */
export async function httpLoad(
  target: Target,
  { connections, durationMs }: { connections: number; durationMs: number },
): Promise<LoadResult> {
  const times: number[] = []
  const started = performance.now()
  const until = started + durationMs
  await Promise.all(Array.from({ length: connections }, () => askUntil(until, { target, times })))
  const seconds = (performance.now() - started) / 1000
  times.sort((a, b) => a - b)
  return { requestsPerSecond: times.length / seconds, p99Ms: times[Math.floor(times.length * 0.99)]! }
}

async function askUntil(until: number, { target, times }: { target: Target; times: number[] }): Promise<void> {
  const socket = connect(target.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.setNoDelay(true)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const request = requestFor(target)
  let askedAt = performance.now()
  let left = 0
  socket.on('data', (chunk: Buffer) => {
    left = left === 0 ? bodyAfter(chunk, socket) : left - chunk.length
    if (left > 0) return
    const now = performance.now()
    times.push(now - askedAt)
    if (now >= until) return resolve()
    askedAt = now
    socket.write(request)
  })
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('the server ended the connection')))
  socket.write(request)
  await promise.finally(() => socket.removeAllListeners().destroy())
}

/** Bytes of the body that are still to come after an answer's first chunk, which has its whole head. */
function bodyAfter(chunk: Buffer, socket: Socket): number {
  const end = chunk.indexOf(END_OF_HEAD)
  const head = chunk.toString('latin1', 0, end)
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  if (end !== -1 && head.startsWith('HTTP/1.1 200') && length !== undefined) {
    return Number(length) - (chunk.length - end - END_OF_HEAD.length)
  }
  socket.destroy(new Error(`no answer that can be measured: ${head.slice(0, 200)}`))
  return 0
}

/** Milliseconds that one large file takes over a connection of its own. */
export async function downloadMs(target: Target, sizeBytes: number): Promise<number> {
  const started = performance.now()
  const socket = connect(target.port, '127.0.0.1')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let left: number | undefined
  socket.on('data', (chunk: Buffer) => {
    left = left === undefined ? bodyAfter(chunk, socket) : left - chunk.length
    if (left === 0) resolve()
  })
  socket.on('error', reject)
  socket.on('close', () => reject(new Error(`${left} of ${sizeBytes} bytes did not come`)))
  socket.write(requestFor(target))
  await promise.finally(() => socket.removeAllListeners().destroy())
  return performance.now() - started
}

function requestFor({ host, path }: Target): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: */*\r\n\r\n`
}
