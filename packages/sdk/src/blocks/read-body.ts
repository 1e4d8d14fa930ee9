import { DomainSyncError } from '@domainsync/core'

/**
 * A response's body, read no further than `maxBytes`.
 *
 * @throws DomainSyncError `BODY_TOO_LARGE`; the connection is closed then.
 */
export async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bodyChunks(response, maxBytes)) {
    chunks.push(chunk)
    size += chunk.length
  }
  if (chunks.length === 1) return chunks[0]!
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/** The same as a stream, for bodies that should not be held in memory. */
export async function* bodyChunks(response: Response, maxBytes: number): AsyncIterable<Uint8Array> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      size += value.length
      if (size > maxBytes) {
        throw new DomainSyncError('BODY_TOO_LARGE', `The answer is larger than ${maxBytes} bytes.`, {
          retryable: false,
        })
      }
      yield value
    }
  } finally {
    // Ends the transfer when the consumer stopped early; after the last chunk it does nothing.
    await reader.cancel().catch(() => {})
  }
}
