import type { Block, BlockStore } from '../store/block-store.ts'

const BATCH_BYTES = 4 * 1024 * 1024
const BATCH_BLOCKS = 2048

/** Gives blocks to a store in batches: while one is written the next fills, and no third one waits in memory. */
export class BlockWriter {
  readonly #store: Pick<BlockStore, 'put'>
  readonly #onWritten: (block: Block) => void
  #batch: Block[] = []
  #batchBytes = 0
  #writing: Promise<void> = Promise.resolve()

  /** `onWritten` learns of each block whose memory is no longer needed. */
  constructor(store: Pick<BlockStore, 'put'>, onWritten: (block: Block) => void) {
    this.#store = store
    this.#onWritten = onWritten
  }

  /** Takes a block. What it returns is to be awaited before more is added. */
  add(block: Block): Promise<void> | undefined {
    this.#batch.push(block)
    this.#batchBytes += block.bytes.length
    if (this.#batchBytes < BATCH_BYTES && this.#batch.length < BATCH_BLOCKS) return undefined
    return this.#hand()
  }

  /** Resolves when every block is in the store. */
  async flush(): Promise<void> {
    await this.#hand()
    await this.#writing
  }

  async #hand(): Promise<void> {
    const batch = this.#batch
    const before = this.#writing
    this.#batch = []
    this.#batchBytes = 0
    this.#writing = before.then(() => this.#write(batch))
    // A failure is seen by whoever hands over next, or by flush.
    this.#writing.catch(() => undefined)
    await before
  }

  async #write(batch: readonly Block[]): Promise<void> {
    await this.#store.put(batch)
    for (const block of batch) this.#onWritten(block)
  }
}
