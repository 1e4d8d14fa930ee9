import type { ServerResponse } from 'node:http'
import type { Reply } from './reply.ts'

/** Bytes handed over at a time. */
const WRITE_BYTES = 1024 * 1024
/** How long a reader may take for them, in milliseconds: 9 kB a second at least. */
export const WRITE_TIMEOUT_MS = 120_000

export interface SendOptions {
  /** The headers alone. */
  readonly head: boolean
  /** Default {@link WRITE_TIMEOUT_MS}. */
  readonly writeTimeoutMs?: number | undefined
}

/**
 * Sends an answer. The first piece of a stream is read before the status goes out, so an error there rejects and can still be
 * answered; any later one resets the connection, since a cut body must not look complete.
 *
 * @throws what the body's first read throws, with nothing sent; or what a later one throws, with the connection reset. A
 * reader that takes too long is reset too.
 */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  { head, writeTimeoutMs = WRITE_TIMEOUT_MS }: SendOptions,
): Promise<void> {
  const { status, headers, body } = reply
  if (head || body === undefined) {
    const length = body instanceof Uint8Array ? { 'content-length': `${body.length}` } : {}
    response.writeHead(status, { ...length, ...headers }).end()
    return
  }
  if (body instanceof Uint8Array) {
    response.writeHead(status, { 'content-length': `${body.length}`, ...headers }).end(body)
    return
  }
  const pieces = body[Symbol.asyncIterator]()
  let piece = await pieces.next()
  response.writeHead(status, headers)
  try {
    for (; !piece.done; piece = await pieces.next()) {
      for (let at = 0; at < piece.value.length; at += WRITE_BYTES) {
        const part = piece.value.subarray(at, at + WRITE_BYTES)
        if (!(await written(part, { response, timeoutMs: writeTimeoutMs }))) return
      }
    }
    response.end()
  } catch (error) {
    response.socket?.resetAndDestroy()
    throw error
  } finally {
    await pieces.return?.()
  }
}

/** Resolves to true once the system has taken the bytes, so that their memory is free again; false when nobody reads on. */
async function written(
  bytes: Uint8Array,
  { response, timeoutMs }: { response: ServerResponse; timeoutMs: number },
): Promise<boolean> {
  if (response.destroyed) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const gone = () => resolve(false)
  const slow = setTimeout(() => response.socket?.resetAndDestroy(), timeoutMs)
  response.once('close', gone)
  response.write(bytes, (error) => resolve(!error))
  try {
    return await promise
  } finally {
    clearTimeout(slow)
    response.off('close', gone)
  }
}
