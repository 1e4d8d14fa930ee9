import type { Clock } from '@domainsync/core'

export interface VirtualClock extends Clock {
  readonly slept: number[]
  /** Changes the world so many milliseconds after the start. */
  at(afterMs: number, change: () => void): void
}

/** Time that passes only by sleeping, and at once. */
export function virtualClock(startMs = 1_800_000_000_000): VirtualClock {
  let now = startMs
  const slept: number[] = []
  const changes: { at: number; change: () => void }[] = []
  return {
    slept,
    at: (afterMs, change) => void changes.push({ at: startMs + afterMs, change }),
    now: () => now,
    monotonic: () => now - startMs,
    sleep: async (durationMs, signal) => {
      signal?.throwIfAborted()
      slept.push(durationMs)
      now += durationMs
      while (changes.length > 0 && changes[0]!.at <= now) changes.shift()!.change()
    },
  }
}
