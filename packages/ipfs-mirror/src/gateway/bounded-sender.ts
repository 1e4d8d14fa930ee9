import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal, type Reply } from './reply.ts'
import { sendUnread } from './send-unread.ts'

/** Large answers under way at a time. A slow reader holds up to 3 MiB of each in memory. */
export const MAX_STREAMS = 256
/** What a connection takes off our hands at once is no large answer, in bytes. */
const SMALL_BYTES = 64 * 1024

export interface SenderOptions {
  /** Default {@link MAX_STREAMS}. */
  readonly maxStreams?: number | undefined
  /** How long a reader may take for a MiB, in milliseconds. Default `WRITE_TIMEOUT_MS`. */
  readonly writeTimeoutMs?: number | undefined
}

/** Sends answers of any size. Throws what `sendUnread` throws, or Refusal 503 `BUSY` for one large answer too many. */
export type Send = (request: IncomingMessage, response: ServerResponse, reply: Reply) => Promise<void>

/** Bounds what readers who are slow, or do not read at all, can make a server hold in memory. */
export function createBoundedSender({ maxStreams = MAX_STREAMS, writeTimeoutMs }: SenderOptions): Send {
  let streams = 0
  return async (request, response, reply) => {
    const head = request.method === 'HEAD'
    if (head || isSmall(reply)) return sendUnread(request, response, { reply, head })
    if (streams >= maxStreams) {
      throw new Refusal(503, 'BUSY', 'Too many large answers are under way; ask again soon.')
    }
    streams++
    try {
      await sendUnread(request, response, { reply: inPieces(reply), head, writeTimeoutMs })
    } finally {
      streams--
    }
  }
}

function isSmall({ body }: Reply): boolean {
  return body === undefined || (body instanceof Uint8Array && body.length <= SMALL_BYTES)
}

/** The same answer, sent by how fast its reader takes it. */
function inPieces(reply: Reply): Reply {
  const { body, headers } = reply
  if (!(body instanceof Uint8Array)) return reply
  const pieces = async function* () {
    yield body
  }
  return { ...reply, headers: { ...headers, 'content-length': `${body.length}` }, body: pieces() }
}
