import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Reply } from './reply.ts'
import { type SendOptions, sendReply } from './send-reply.ts'

/** How long a body that nobody wants may go on before its connection is cut, in milliseconds. */
const LINGER_MS = 2_000

/**
 * Answers. When the request's body was not read to its end, the connection is of no more use: reads on a moment so that the
 * sender sees the answer, not a reset, and ends it.
 *
 * @throws what {@link sendReply} throws
 */
export async function sendUnread(
  request: IncomingMessage,
  response: ServerResponse,
  { reply, ...options }: SendOptions & { readonly reply: Reply },
): Promise<void> {
  const unread = !request.readableEnded && !request.complete
  if (unread) response.setHeader('connection', 'close')
  await sendReply(response, reply, options)
  if (!unread) return
  request.resume()
  const timer = setTimeout(() => request.destroy(), LINGER_MS)
  request.once('close', () => clearTimeout(timer))
}
