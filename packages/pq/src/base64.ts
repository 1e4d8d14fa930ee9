/** A multiple of 3, so that chunks join without padding, and few enough for one call's arguments. */
const CHUNK_BYTES = 12_288

/** RFC 4648 §4, padded. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    // `apply` takes any array-like, though its type does not say so; spreading takes six times as long.
    const chunk: ArrayLike<number> = bytes.subarray(at, at + CHUNK_BYTES)
    text += btoa(String.fromCharCode.apply(null, chunk as number[]))
  }
  return text
}

/** The bytes of canonical RFC 4648 §4 text; `undefined` for any other spelling of them. */
export function decodeBase64(text: string): Uint8Array | undefined {
  let binary: string
  try {
    binary = atob(text)
  } catch {
    return undefined
  }
  const bytes = new Uint8Array(binary.length)
  // A plain loop: `Uint8Array.from` takes ten times as long, and a payload may have 48 MiB.
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  return encodeBase64(bytes) === text ? bytes : undefined
}
