/** Blocks a proof asks for at a time. */
const CONCURRENCY = 8

/** What is still to be visited, the next one last: an array, or something smaller. */
export interface Pending<T> {
  readonly length: number
  push(item: T): unknown
  pop(): T | undefined
}

/** Visits a growing list, several items at a time: what `visit` returns is visited too. The first rejection ends it. */
export async function eachOf<T>(pending: Pending<T>, visit: (item: T) => Promise<Iterable<T>>): Promise<void> {
  const running = new Set<Promise<void>>()
  for (;;) {
    while (pending.length > 0 && running.size < CONCURRENCY) {
      const run: Promise<void> = visit(pending.pop() as T)
        .then((more) => {
          for (const item of more) pending.push(item)
        })
        .finally(() => running.delete(run))
      running.add(run)
      // After another one's rejection nobody waits for this one any more.
      run.catch(() => undefined)
    }
    if (running.size === 0) return
    await Promise.race(running)
  }
}
