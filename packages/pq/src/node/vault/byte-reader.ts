import { VaultError } from './vault-error.ts'

/** Takes exact numbers of bytes off a stream of chunks, without copying long runs. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /**
   * The next so many bytes, copied.
   *
   * @throws VaultError `ARCHIVE_TRUNCATED`
   */
  async take(length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length)
    let at = 0
    for await (const piece of this.pieces(length)) {
      bytes.set(piece, at)
      at += piece.length
    }
    return bytes
  }

  /**
   * The next so many bytes as they come; each piece is good until the next is asked for.
   *
   * @throws VaultError `ARCHIVE_TRUNCATED`
   */
  async *pieces(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#pull())) {
        throw new VaultError('ARCHIVE_TRUNCATED', 'The archive ends too early: copy it again.')
      }
      const piece = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }

  /** Whether nothing is left. */
  async atEnd(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#pull())
  }

  /** Lets go of the source. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #pull(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#chunks.next()
      if (done) return false
      this.#rest = value
      if (value.length > 0) return true
    }
  }
}
