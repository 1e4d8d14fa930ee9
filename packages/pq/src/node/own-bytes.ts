/** Plain bytes in memory that nothing else shares: a buffer's own, when it has all of it, or a copy. */
export function ownBytes(buffer: Buffer): Uint8Array {
  const alone = buffer.byteLength === buffer.buffer.byteLength
  return alone ? new Uint8Array(buffer.buffer) : new Uint8Array(buffer)
}
