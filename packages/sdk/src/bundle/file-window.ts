import type { SavedFile } from './saved-file.ts'

/** Bytes read at a time. */
const WINDOW_BYTES = 1024 * 1024

/** A file read from its start to its end in few large pieces, with leaps over what nobody wants. */
export class FileWindow {
  readonly #file: SavedFile
  #start = 0
  #bytes = new Uint8Array()

  constructor(file: SavedFile) {
    this.#file = file
  }

  /** So many bytes from a place; fewer only where the file ends. They are a view, good until the next read. */
  async read(start: number, length: number): Promise<Uint8Array> {
    const end = Math.min(start + length, this.#file.size)
    if (start < this.#start || end > this.#start + this.#bytes.length) {
      const piece = this.#file.slice(start, Math.max(end, start + WINDOW_BYTES))
      this.#bytes = new Uint8Array(await piece.arrayBuffer())
      this.#start = start
    }
    return this.#bytes.subarray(start - this.#start, end - this.#start)
  }
}
