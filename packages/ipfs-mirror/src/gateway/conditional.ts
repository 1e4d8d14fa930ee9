import type { IncomingHttpHeaders } from 'node:http'

/** Bytes of a file or block, both ends included. */
export interface ByteRange {
  readonly fromByte: number
  readonly toByte: number
}

/**
 * What If-Match and If-None-Match make of an answer with this ETag (RFC 9110, 13.2.2). `failed`: 412; `unmodified`: 304.
 * There are no dates to compare.
 */
export function precondition(headers: IncomingHttpHeaders, etag: string): 'failed' | 'unmodified' | undefined {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers
  if (ifMatch !== undefined && !names(ifMatch, etag, { weakly: false })) return 'failed'
  return ifNoneMatch !== undefined && names(ifNoneMatch, etag, { weakly: true }) ? 'unmodified' : undefined
}

/** Whether a list of ETags, or `*`, names this one. Compared weakly, `W/` says nothing; strongly, nothing weak matches. */
function names(list: string, etag: string, { weakly }: { weakly: boolean }): boolean {
  if (list.trim() === '*') return true
  const tags = list.match(/(?:W\/)?"[^"]*"/g) ?? []
  const opaque = (tag: string) => tag.replace(/^W\//, '')
  return tags.some((tag) => (weakly ? opaque(tag) === opaque(etag) : tag === etag && !tag.startsWith('W/')))
}

/**
 * The one range that a Range header asks of `sizeBytes` bytes (RFC 9110, 14.1.2). `undefined`: serve everything (no header,
 * not understood, or several ranges, which a server may ignore).
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '') return undefined
  if (first === '') {
    const length = Math.min(Number(last), sizeBytes)
    return length === 0 ? 'unsatisfiable' : { fromByte: sizeBytes - length, toByte: sizeBytes - 1 }
  }
  const fromByte = Number(first)
  const toByte = Math.min(last === '' ? Number.POSITIVE_INFINITY : Number(last), sizeBytes - 1)
  if (last !== '' && Number(last) < fromByte) return undefined
  return fromByte >= sizeBytes ? 'unsatisfiable' : { fromByte, toByte }
}

/** If-Range: the range counts only while the strong ETag is still the same (RFC 9110, 13.1.5). */
export function rangeApplies(ifRange: string | undefined, etag: string): boolean {
  return ifRange === undefined || (ifRange === etag && !etag.startsWith('W/'))
}
