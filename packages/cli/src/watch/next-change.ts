import { setTimeout as sleep } from 'node:timers/promises'
import { folderFingerprint } from '@domainsync/ipfs-mirror'

/** How often a folder is looked at, in milliseconds. */
export const LOOK_EVERY_MS = 500

/** A look may take this part of the time at most: large folders are looked at less often. */
const LOAD = 0.1

export interface NextChangeOptions {
  readonly signal: AbortSignal
  /** What the folder was when it was taken. */
  readonly from: string
  /** Do not wait for longer than this, in milliseconds, even if nothing changes. */
  readonly timeoutMs?: number | undefined
  readonly everyMs?: number
}

/**
 * Waits until a folder is not what it was, and has been the same in two looks: a build that is still writing is let finish. Gives
 * what it is now.
 *
 * It looks instead of being told: a build that removes its folder and makes it anew takes the system's watches along.
 */
export async function nextChange(
  folder: string,
  { from, signal, timeoutMs = Number.POSITIVE_INFINITY, everyMs = LOOK_EVERY_MS }: NextChangeOptions,
): Promise<string> {
  const until = performance.now() + timeoutMs
  let before = from
  for (;;) {
    const startedAt = performance.now()
    const now = await folderFingerprint(folder, signal)
    if (now !== from && now === before) return now
    if (now === before && startedAt >= until) return now
    before = now
    await sleep(Math.max(everyMs, (performance.now() - startedAt) / LOAD), undefined, { signal })
  }
}
