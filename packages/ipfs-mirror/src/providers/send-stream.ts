import { once } from 'node:events'
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long a server may take to say "100 Continue", in milliseconds; then the body is sent all the same. */
const CONTINUE_TIMEOUT_MS = 2_000

export interface SendStream {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly chunks: AsyncIterable<Uint8Array>
  readonly signal: AbortSignal
}

/**
 * Sends a body of any length and reads the answer, also one that comes before the body was sent: a server that refuses is heard, and
 * gigabytes are spared. `fetch` reports such a refusal as a broken connection, and goes on taking the body of an aborted request.
 * No redirect is followed.
 */
export async function sendStream<T>(
  url: string,
  { chunks, ...head }: SendStream,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const { signal } = head
  signal.throwIfAborted()
  const request = open(url, head)
  const answer = once(request, 'response').then(([message]) => message as IncomingMessage)
  const done = new AbortController()
  const until = { signal: done.signal }
  try {
    request.flushHeaders()
    const goAhead = Promise.race([once(request, 'continue'), sleep(CONTINUE_TIMEOUT_MS, undefined, until)])
    const early = await Promise.race([answer, goAhead.then(() => undefined)])
    if (!early) await Promise.race([answer, pipeline(Readable.from(chunks), request, until).then(() => answer)])
    return await read(responseOf(await answer))
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    done.abort()
    request.destroy()
    answer.catch(() => undefined)
  }
}

function open(url: string, { method, headers, signal }: Omit<SendStream, 'chunks'>): ClientRequest {
  const isTls = url.startsWith('https:')
  // A connection of its own: one that was idle may be closed while the body is under way.
  const agent = isTls ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false })
  const all = { ...headers, 'transfer-encoding': 'chunked', expect: '100-continue' }
  return (isTls ? requestHttps : requestHttp)(url, { method, headers: all, signal, agent })
}

function responseOf(message: IncomingMessage): Response {
  const headers = new Headers()
  for (const [name, value] of Object.entries(message.headersDistinct))
    for (const one of value ?? []) headers.append(name, one)
  const status = message.statusCode ?? 0
  const hasBody = status !== 204 && status !== 304
  if (!hasBody) message.resume()
  return new Response(hasBody ? (Readable.toWeb(message) as ReadableStream) : null, { status, headers })
}
