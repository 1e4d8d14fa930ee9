/** How a document of one spelling is read. */
export interface ExactForm<T> {
  /** The document of a parsed JSON object, when it is one. */
  readonly read: (value: Readonly<Record<string, unknown>>) => T | undefined
  readonly encode: (document: T) => Uint8Array
}

/** The document of exactly the bytes that `encode` gives for it: no other spelling, no more keys, nothing behind. */
export function decodeExactJson<T>(bytes: Uint8Array, { read, encode }: ExactForm<T>): T | undefined {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return undefined
  }
  const document = isRecord(value) ? read(value) : undefined
  return document !== undefined && Buffer.from(bytes).equals(encode(document)) ? document : undefined
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** So many bytes as hex digits in lower case. */
export function isHex(value: unknown, bytes: number): value is string {
  return typeof value === 'string' && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value)
}

export function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}
