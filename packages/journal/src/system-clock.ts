import { setTimeout } from 'node:timers/promises'
import type { Clock } from '@domainsync/core'

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (durationMs, signal) => {
    signal?.throwIfAborted()
    try {
      await setTimeout(durationMs, undefined, signal ? { signal } : {})
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
