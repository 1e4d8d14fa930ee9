/** Bytes of a file or block, both ends included. */
export interface ByteRange {
  readonly fromByte: number
  readonly toByte: number
}

/** True when If-None-Match names the ETag (weak comparison, RFC 9110, 13.1.2). */
export function etagMatches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  const strip = (tag: string) => tag.trim().replace(/^W\//, '')
  return ifNoneMatch.split(',').some((tag) => strip(tag) === strip(etag))
}

/**
 * The one range that a Range header asks of `sizeBytes` bytes (RFC 9110, 14.1.2). `undefined`: serve everything (no header,
 * not understood, or several ranges, which a server may ignore).
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.replaceAll(' ', '') ?? '') ?? []
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
