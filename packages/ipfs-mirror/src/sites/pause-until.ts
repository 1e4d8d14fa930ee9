/** Ends after a time, or when the promise is settled or the signal aborted, whichever is first; without an error. */
export async function pauseUntil(
  early: Promise<void>,
  { durationMs, signal }: { durationMs: number; signal: AbortSignal },
): Promise<void> {
  const over = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, durationMs)
  signal.addEventListener('abort', () => resolve(), { once: true, signal: over.signal })
  if (signal.aborted) resolve()
  await Promise.race([promise, early])
  clearTimeout(timer)
  over.abort()
}
