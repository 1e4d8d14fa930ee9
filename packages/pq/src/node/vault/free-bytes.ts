/**
 * Gives the memory of a buffer back at once; the buffer is empty then. Left to the garbage collector, what goes through a cipher
 * takes a hundred megabytes and a third of the time.
 */
export function freeBytes(bytes: Buffer): void {
  const { buffer } = bytes
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) buffer.transfer(0)
}
