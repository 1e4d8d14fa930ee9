const SURROGATE = /[\ud800-\udfff]/

/** Sorts items in place by the UTF-8 bytes of their keys. Only outside the basic plane does that differ from UTF-16 order. */
export function sortByBytes<T>(items: T[], keyOf: (item: T) => string): T[] {
  if (items.some((item) => SURROGATE.test(keyOf(item)))) {
    return items.sort((a, b) => Buffer.compare(Buffer.from(keyOf(a)), Buffer.from(keyOf(b))))
  }
  return items.sort((a, b) => {
    const left = keyOf(a)
    const right = keyOf(b)
    return left < right ? -1 : left > right ? 1 : 0
  })
}
