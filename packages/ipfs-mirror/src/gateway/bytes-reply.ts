import { type ByteRange, parseRange, precondition, rangeApplies } from './conditional.ts'
import { type GatewayRequest, type Reply, sentenceReply } from './reply.ts'

/** Something with a length: a block or a file. */
export interface Bytes {
  readonly sizeBytes: number
  readonly etag: string
  /** Everything but ETag, length and range headers. */
  readonly headers: Readonly<Record<string, string>>
  read(range: ByteRange | undefined): Uint8Array | AsyncIterable<Uint8Array>
}

/** 200, 206, 304, 412 or 416 as the request's conditions say. */
export function bytesReply(bytes: Bytes, request: Pick<GatewayRequest, 'method' | 'headers'>): Reply {
  const { sizeBytes, etag, read } = bytes
  const common = { ...bytes.headers, 'accept-ranges': 'bytes', etag }
  return conditionalReply(common, request) ?? rangeReply() ?? wholeReply(bytes)

  function rangeReply(): Reply | undefined {
    // Only GET has ranges (RFC 9110, 14.2).
    if (request.method !== 'GET' || !rangeApplies(request.headers['if-range'] as string | undefined, etag)) return
    const range = parseRange(request.headers.range, sizeBytes)
    if (range === undefined) return
    if (range === 'unsatisfiable') {
      const sentence = `The range lies outside the ${sizeBytes} bytes.`
      return sentenceReply(416, 'RANGE_UNSATISFIABLE', sentence, { 'content-range': `bytes */${sizeBytes}` })
    }
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
}

/** All of it, whatever the request's conditions say. */
export function wholeReply({ sizeBytes, etag, headers, read }: Bytes): Reply {
  return {
    status: 200,
    headers: { ...headers, 'accept-ranges': 'bytes', etag, 'content-length': `${sizeBytes}` },
    body: read(undefined),
  }
}

/** 304 or 412 when the request's conditions say so of an answer with these headers. */
export function conditionalReply(
  headers: Readonly<Record<string, string>> & { readonly etag: string },
  request: Pick<GatewayRequest, 'headers'>,
): Reply | undefined {
  switch (precondition(request.headers, headers.etag)) {
    case 'failed':
      return sentenceReply(412, 'PRECONDITION_FAILED', 'If-Match names another version than the one here.')
    case 'unmodified':
      return { status: 304, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => KEPT.has(name))) }
    case undefined:
      return undefined
  }
}

/** What a cache updates by a 304 (RFC 9110, 15.4.5). */
const KEPT = new Set(['cache-control', 'content-location', 'etag', 'vary'])
