import { DigestTable } from './digest-table.ts'

/** Which blocks unfinished work relies on: those that were put or found while a hold was open, until no hold is. */
export class BlockHolds {
  /** Grows with every block that becomes held. */
  revision = 0
  #open = 0
  #blocks = new DigestTable()
  #whenIdle: (() => void) | undefined

  open(): Disposable {
    this.#open++
    let isOpen = true
    return {
      [Symbol.dispose]: () => {
        if (!isOpen) return
        isOpen = false
        if (--this.#open === 0) this.#end()
      },
    }
  }

  /** Somebody may rely on this block from now on. */
  note(digest: Uint8Array): void {
    if (this.#open === 0 || this.#blocks.has(digest)) return
    this.#blocks.set(digest, 1)
    this.revision++
  }

  has(digest: Uint8Array): boolean {
    return this.#blocks.has(digest)
  }

  /** Does something once no hold is open: now, or when the last one ends. The latest such wish counts. */
  whenIdle(act: () => void): void {
    if (this.#open === 0) act()
    else this.#whenIdle = act
  }

  #end(): void {
    this.#blocks = new DigestTable()
    const act = this.#whenIdle
    this.#whenIdle = undefined
    act?.()
  }
}
