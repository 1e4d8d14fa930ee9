const SURROGATE = /[\ud800-\udfff]/

/** Order of two strings' UTF-8 bytes. Only outside the basic plane does it differ from that of UTF-16 units. */
export function byBytes(a: string, b: string): number {
  if (a === b) return 0
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : 1
}
