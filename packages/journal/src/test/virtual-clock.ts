import type { Clock } from '@domainsync/core'

/** Time that passes only by sleeping, and at once. */
export function virtualClock(startMs = 1_800_000_000_000): Clock & { readonly slept: number[] } {
  let now = startMs
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    monotonic: () => now - startMs,
    sleep: async (durationMs, signal) => {
      signal?.throwIfAborted()
      slept.push(durationMs)
      now += durationMs
    },
  }
}
