/** Blocks a proof asks for at a time. */
const CONCURRENCY = 8

/** Visits a growing list, several items at a time: what `visit` returns is visited too. The first rejection ends it. */
export async function eachOf<T>(first: readonly T[], visit: (item: T) => Promise<readonly T[]>): Promise<void> {
  const pending = [...first]
  const running = new Set<Promise<void>>()
  for (;;) {
    while (pending.length > 0 && running.size < CONCURRENCY) {
      const run: Promise<void> = visit(pending.pop() as T)
        .then((more) => void pending.push(...more))
        .finally(() => running.delete(run))
      running.add(run)
      // After another one's rejection nobody waits for this one any more.
      run.catch(() => undefined)
    }
    if (running.size === 0) return
    await Promise.race(running)
  }
}
