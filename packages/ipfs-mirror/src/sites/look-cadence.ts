/** Shortest pause between two looks at the chain, in milliseconds. */
export const MIN_PAUSE_MS = 100
/** While a change is expected, a look is late by this share of the time since then at most. */
const LATE_SHARE = 1 / 20

/**
 * Why a change is expected: a new root was kept here, or somebody with the node's token asked for one; or why not any more: it was
 * let go of again.
 */
export type Hint = 'kept' | 'asked' | 'removed'
type Promising = Exclude<Hint, 'removed'>

/** How long a hint counts, in milliseconds. A publish proves, sends and waits for blocks; a rollback only sends. */
const HINT_LASTS_MS: Readonly<Record<Promising, number>> = { kept: 300_000, asked: 15_000 }
/** A root that is asked for again and again is no news: only after so long it is a hint once more, in milliseconds. */
const ASKED_AGAIN_MS = 120_000

interface Expected {
  readonly hint: Promising
  readonly since: number
}

/**
 * When to look at the chain next: rarely, and often for a while after a hint that the live release is about to change. Then
 * the pause grows with the time since the hint, so that waiting for a slow chain costs few requests. Times are monotonic.
 */
export class LookCadence {
  readonly #everyMs: number
  readonly #expected = new Map<string, Expected>()

  constructor(everyMs: number) {
    this.#everyMs = everyMs
  }

  /** Takes a hint; true when the next look should come sooner for it. */
  expect(root: string, { hint, now }: { hint: Hint; now: number }): boolean {
    this.#forget(now)
    if (hint === 'removed') {
      this.#expected.delete(root)
      return false
    }
    if (hint === 'asked' && this.#expected.has(root)) return false
    this.#expected.set(root, { hint, since: now })
    return true
  }

  /** The live release is this one: nothing more is expected of it. */
  arrived(root: string): void {
    this.#expected.delete(root)
  }

  /** Milliseconds until the next look. */
  pauseMs(now: number): number {
    let pauseMs = this.#everyMs
    for (const { hint, since } of this.#expected.values()) {
      const elapsedMs = now - since
      if (elapsedMs < HINT_LASTS_MS[hint]) pauseMs = Math.min(pauseMs, Math.max(MIN_PAUSE_MS, elapsedMs * LATE_SHARE))
    }
    return pauseMs
  }

  #forget(now: number): void {
    for (const [root, { hint, since }] of this.#expected) {
      if (now - since >= Math.max(HINT_LASTS_MS[hint], ASKED_AGAIN_MS)) this.#expected.delete(root)
    }
  }
}
