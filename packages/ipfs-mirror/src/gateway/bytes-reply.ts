import type { IncomingHttpHeaders } from 'node:http'
import { type ByteRange, etagMatches, parseRange, rangeApplies } from './conditional.ts'
import { type Reply, sentenceReply } from './reply.ts'

/** Something with a length: a block or a file. */
export interface Bytes {
  readonly sizeBytes: number
  readonly etag: string
  /** Everything but ETag, length and range headers. */
  readonly headers: Readonly<Record<string, string>>
  read(range: ByteRange | undefined): Uint8Array | AsyncIterable<Uint8Array>
}

/** 200, 206, 304 or 416 as the request's conditions say. */
export function bytesReply(
  { sizeBytes, etag, headers, read }: Bytes,
  { headers: asked }: { headers: IncomingHttpHeaders },
): Reply {
  const common = { ...headers, 'accept-ranges': 'bytes', etag }
  if (etagMatches(asked['if-none-match'], etag)) return notModified(common)
  const range = rangeApplies(asked['if-range'] as string | undefined, etag)
    ? parseRange(asked.range, sizeBytes)
    : undefined
  if (range === 'unsatisfiable') {
    const sentence = `The range lies outside the ${sizeBytes} bytes.`
    return sentenceReply(416, 'RANGE_UNSATISFIABLE', sentence, { 'content-range': `bytes */${sizeBytes}` })
  }
  if (!range) return { status: 200, headers: { ...common, 'content-length': `${sizeBytes}` }, body: read(undefined) }
  const { fromByte, toByte } = range
  return {
    status: 206,
    headers: {
      ...common,
      'content-length': `${toByte - fromByte + 1}`,
      'content-range': `bytes ${fromByte}-${toByte}/${sizeBytes}`,
    },
    body: read(range),
  }
}

/** 304 with the headers that a cache updates (RFC 9110, 15.4.5). */
export function notModified(headers: Readonly<Record<string, string>>): Reply {
  const kept = ['cache-control', 'content-location', 'etag', 'vary']
  return { status: 304, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => kept.includes(name))) }
}
