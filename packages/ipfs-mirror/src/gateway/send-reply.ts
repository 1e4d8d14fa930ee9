import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Reply } from './reply.ts'

/**
 * Sends an answer. The first piece of a stream is read before the status goes out, so an error there rejects and can still be
 * answered; any later one resets the connection, since a cut body must not look complete.
 *
 * @throws what the body's first read throws, with nothing sent; or what a later one throws, with the connection reset.
 */
export async function sendReply(response: ServerResponse, reply: Reply, { head }: { head: boolean }): Promise<void> {
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
      if (response.destroyed) return
      if (!response.write(piece.value)) await drained(response)
    }
    response.end()
  } catch (error) {
    response.socket?.resetAndDestroy()
    throw error
  } finally {
    await pieces.return?.()
  }
}

/** Waits until more can be written, or nobody reads any longer. */
async function drained(response: ServerResponse): Promise<void> {
  const done = new AbortController()
  const { signal } = done
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).finally(() =>
    done.abort(),
  )
}
