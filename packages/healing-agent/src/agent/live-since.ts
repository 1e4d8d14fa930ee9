import type { Observation } from '@domainsync/core'

/**
 * Since when the chain has shown the value it shows now: the oldest of the newest answers in a row that say it. Unknown and
 * bad answers in between do not count. `now` when it was never seen.
 */
export function sinceWhen(history: readonly Observation[], value: string, now: number): number {
  let since = now
  for (const observation of history) {
    if (observation.status !== 'good') continue
    if (observation.value !== value) break
    since = observation.at
  }
  return since
}
