import { rm } from 'node:fs/promises'
import type { StoreEvent } from './block-store.ts'
import { type StoreIndex, saveStoreIndex } from './store-index.ts'
import { syncFolder } from './sync-folder.ts'

/** The index is saved whenever so many bytes of the pack are not in it: what a start after a crash reads at most. */
export const INDEX_EVERY_BYTES = 256 * 1024 * 1024

/** The index file of a store: a cache, without which a start takes longer and nothing else. */
export class SavedIndex {
  readonly #path: string
  readonly #onEvent: (event: StoreEvent) => void
  /** Bytes of the pack that the file covers. */
  #coveredBytes: number
  /** Where the pack ended when the file was saved last, or could not be. */
  #triedAt: number

  constructor(
    path: string,
    { coveredBytes, onEvent = () => {} }: { coveredBytes: number; onEvent?: ((event: StoreEvent) => void) | undefined },
  ) {
    this.#path = path
    this.#onEvent = onEvent
    this.#coveredBytes = coveredBytes
    this.#triedAt = coveredBytes
  }

  /** Whether it says all of a pack of so many bytes. */
  covers(sizeBytes: number): boolean {
    return this.#coveredBytes === sizeBytes
  }

  /** Whether so much of a pack of so many bytes is not in it that it should be saved. */
  isDue(sizeBytes: number): boolean {
    return sizeBytes - this.#triedAt >= INDEX_EVERY_BYTES
  }

  /** Replaces it; that this failed is an event. */
  async save(index: StoreIndex): Promise<void> {
    this.#triedAt = index.coveredBytes
    try {
      await saveStoreIndex(this.#path, index)
      this.#coveredBytes = index.coveredBytes
    } catch (error) {
      this.#onEvent({ kind: 'index-unsaved', error })
    }
  }

  /** Removes it, durably, if it covers more: once the pack had grown again, it would say that other blocks are there. */
  async forgetBehind(offset: number): Promise<void> {
    if (this.#coveredBytes <= offset) return
    await rm(this.#path, { force: true })
    await syncFolder(this.#path)
    this.#coveredBytes = 0
    this.#triedAt = 0
  }
}
