/** Lets a sleeping loop be woken, once or before it sleeps. */
export class Waker {
  #pending = false
  #wake: (() => void) | undefined

  wake(): void {
    this.#pending = true
    this.#wake?.()
  }

  /** Takes the wake-up that came since the last sleep, if any. */
  take(): boolean {
    const pending = this.#pending
    this.#pending = false
    return pending
  }

  /** Sleeps by the given sleep until it ends or somebody wakes. */
  async sleep(sleep: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#pending) return
    const woken = new AbortController()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    try {
      await Promise.race([promise, sleep(woken.signal)])
    } finally {
      this.#wake = undefined
      woken.abort(new DOMException('Woken.', 'AbortError'))
    }
  }
}
