/** Size of a buffer: a block of the chunked files that are read most, in bytes. */
export const BUFFER_BYTES = 1024 * 1024
/** Free buffers kept for the next readers. */
const MAX_FREE = 64

/** Memory that one block after another is read into: taking fresh memory for each costs more than reading the block. */
export class BufferPool {
  readonly #free: ArrayBuffer[] = []

  /** Exactly so many bytes with anything in them; of a pooled buffer when they fit. */
  take(sizeBytes: number): Uint8Array {
    const buffer = sizeBytes <= BUFFER_BYTES ? (this.#free.pop() ?? new ArrayBuffer(BUFFER_BYTES)) : undefined
    return new Uint8Array(buffer ?? new ArrayBuffer(sizeBytes), 0, sizeBytes)
  }

  /** Takes memory back that nothing reads or writes any longer. */
  give({ buffer }: Uint8Array): void {
    if (buffer instanceof ArrayBuffer && buffer.byteLength === BUFFER_BYTES && this.#free.length < MAX_FREE) {
      this.#free.push(buffer)
    }
  }
}
