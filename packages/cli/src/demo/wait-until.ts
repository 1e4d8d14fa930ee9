import { setTimeout } from 'node:timers/promises'

const EVERY_MS = 100

/** Asks until it is true; gives how long that took in milliseconds, `undefined` when it was not within the limit. */
export async function waitUntil(
  isTrue: () => Promise<boolean>,
  { limitMs, signal }: { limitMs: number; signal: AbortSignal },
): Promise<number | undefined> {
  const startedAt = performance.now()
  for (;;) {
    const elapsedMs = performance.now() - startedAt
    if (await isTrue().catch(() => false)) return elapsedMs
    if (elapsedMs > limitMs) return undefined
    await setTimeout(EVERY_MS, undefined, { signal })
  }
}
