import type { CallOptions } from '@domainsync/core'
import type { BlockLog } from './block-log.ts'
import type { Compaction, StoreEvent } from './block-store.ts'
import { PackCopy, type PackCopyOptions } from './pack-copy.ts'

/** Dead bytes below which a pack is left as it is. */
export const MIN_DEAD_BYTES = 16 * 1024 * 1024
/** How long closing a store waits for a compaction under way, in milliseconds; it is begun again at the next opening. */
export const COMPACTION_GRACE_MS = 5_000

/** The store that is compacted. */
export interface CompactedStore {
  /** The log now. */
  log(): BlockLog
  /** Runs something while nobody else changes the store. */
  alone<T>(change: () => Promise<T>): Promise<T>
  /** Puts a log in the place of the store's own, at once for readers; durable when it resolves. */
  replace(log: BlockLog): Promise<void>
  /** Makes sure that nothing on disk but the pack itself says what is behind an offset. */
  forgetBehind(offset: number): Promise<void>
}

export interface CompactorOptions extends PackCopyOptions {
  /** Where the new pack is made. */
  readonly path: string
  readonly minDeadBytes: number
  readonly onEvent: (event: StoreEvent) => void
}

/**
 * Frees the disk that unpinned blocks take: what roots need is copied to a new pack beside the store's work, what came meanwhile
 * is copied while the store waits, and the new pack takes the old one's place. Until then a crash changes nothing.
 */
export class Compactor {
  readonly #store: CompactedStore
  readonly #options: CompactorOptions
  readonly #stop = new AbortController()
  #last: Promise<unknown> = Promise.resolve()
  #due = false
  #cutting: Promise<void> = Promise.resolve()
  #worker: Promise<void> | undefined

  constructor(store: CompactedStore, options: CompactorOptions) {
    this.#store = store
    this.#options = options
  }

  /** To be called when a root was let go: compacts, soon and in the background, if most of the pack is dead. */
  consider(): void {
    if (this.#store.log().sizeBytes < this.#options.minDeadBytes) return
    this.#due = true
    this.#worker ??= this.#work().finally(() => {
      this.#worker = undefined
    })
  }

  /**
   * To be called when work failed: once nobody holds blocks, cuts those off the end that nothing needs, however few, which
   * works on a full disk too, then does as {@link consider}. Resolves when they are cut off, or at once when somebody holds some.
   */
  async tidy(): Promise<void> {
    let cutting: Promise<void> | undefined
    this.#options.holds.whenIdle(() => {
      if (this.#stop.signal.aborted) return
      cutting = this.#free((copy, call) => this.#cutTail(copy, call))
      this.#cutting = cutting
      this.consider()
    })
    await cutting
  }

  /** Compacts now. */
  async compact(call: CallOptions): Promise<Compaction> {
    const run = this.#last.then(() => this.#compact(new PackCopy(this.#options), call))
    this.#last = run.catch(() => undefined)
    return run
  }

  /** Gives what is under way a little time, then ends it. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#stop.abort(), COMPACTION_GRACE_MS)
    await Promise.all([this.#cutting, this.#worker])
    clearTimeout(timer)
    this.#stop.abort()
  }

  async #work(): Promise<void> {
    while (this.#due && !this.#stop.signal.aborted) {
      this.#due = false
      await this.#free(async (copy, call) => {
        return (await this.#isDue(copy, call)) ? await this.#compact(copy, call) : undefined
      })
    }
  }

  /** Frees disk in one way or another, after what is under way, and tells what came of it. */
  async #free(way: (copy: PackCopy, call: CallOptions) => Promise<Compaction | undefined>): Promise<void> {
    const run = this.#last.then(() => way(new PackCopy(this.#options), { signal: this.#stop.signal }))
    this.#last = run.catch(() => undefined)
    try {
      const done = await run
      if (done) this.#options.onEvent({ kind: 'compacted', ...done })
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#options.onEvent({ kind: 'compaction-failed', error })
    }
  }

  /** Nothing is copied, so it needs no room. A crash before the file is cut leaves blocks that nobody needs. */
  async #cutTail(copy: PackCopy, call: CallOptions): Promise<Compaction | undefined> {
    const { holds } = this.#options
    const log = this.#store.log()
    const { sizeBytes } = log
    // Beside the store's work first: nothing is in its way when there is nothing to cut.
    if ((await copy.neededEnd(log, call)) === sizeBytes) return undefined
    return await this.#store.alone(async () => {
      const before = log.sizeBytes
      let endAt = await copy.neededEnd(log, call)
      await this.#store.forgetBehind(endAt)
      for (let seen = -1; seen !== holds.revision; ) {
        seen = holds.revision
        endAt = Math.max(endAt, await copy.neededEnd(log, call))
      }
      if (endAt === before) return undefined
      await log.cut(endAt)
      return { keptBytes: endAt, freedBytes: before - endAt }
    })
  }

  async #isDue(copy: PackCopy, call: CallOptions): Promise<boolean> {
    const log = this.#store.log()
    const neededBytes = await copy.neededBytes(log, call)
    const deadBytes = log.sizeBytes - neededBytes
    return deadBytes >= this.#options.minDeadBytes && deadBytes > neededBytes
  }

  async #compact(copy: PackCopy, call: CallOptions): Promise<Compaction> {
    const { path } = this.#options
    try {
      await copy.create(path)
      await copy.catchUp(this.#store.log(), call)
      return await this.#store.alone(() => this.#replace(copy, call))
    } catch (error) {
      const isReplaced = this.#store.log() === copy.log
      if (!isReplaced) await copy.abandon()
      throw error
    }
  }

  /** The last step: nobody puts or pins meanwhile, but somebody may still begin to rely on blocks that are there. */
  async #replace(copy: PackCopy, call: CallOptions): Promise<Compaction> {
    const { holds } = this.#options
    const before = this.#store.log()
    for (let seen = -1; seen !== holds.revision; ) {
      seen = holds.revision
      await copy.catchUp(before, call)
    }
    await this.#store.replace(copy.log)
    return { keptBytes: copy.log.sizeBytes, freedBytes: before.sizeBytes - copy.log.sizeBytes }
  }
}
