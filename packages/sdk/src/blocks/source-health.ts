/** Measurements that are remembered for each source. */
const WINDOW = 32
/** Age at which a measurement no longer counts, in milliseconds: a source that failed gets another chance. */
export const HEALTH_MEMORY_MS = 5 * 60_000
/** What a source without a history is taken for, in milliseconds. */
const UNKNOWN_MS = 250
/** A failure counts like an answer this slow, in milliseconds. */
const FAILURE_MS = 5_000
/** Saying quickly that it has nothing counts like this, in milliseconds: the next source still has to be asked. */
const LACK_MS = 1_000

/** How one source has been doing. */
export interface SourceHealth {
  succeeded(latencyMs: number): void
  failed(): void
  /** It does not have the block. */
  lacked(): void
  /** Another source was faster; this one had not answered after so long. */
  lost(waitedMs: number): void
  /** It sent bytes that are not the CID's: until it has answered rightly for a whole window it is a liar. */
  lied(): void
  hasLied(): boolean
  /** It wants to be left alone for so long, in milliseconds. */
  rest(durationMs: number): void
  /** For how long still, in milliseconds; 0 when it may be asked. */
  restMs(): number
  /** Lower is better: the expected time to an answer, in milliseconds. */
  score(): number
  /** The 95th percentile of the time to an answer, in milliseconds; `undefined` before the first. */
  p95(): number | undefined
}

export function createSourceHealth({ monotonic }: { monotonic: () => number }): SourceHealth {
  let measured: readonly { readonly latencyMs: number; readonly at: number }[] = []
  let lies = 0
  let restsUntil = 0
  const add = (latencyMs: number) => {
    measured = [...measured, { latencyMs, at: monotonic() }].slice(-WINDOW)
  }
  const latencies = () => {
    const oldest = monotonic() - HEALTH_MEMORY_MS
    return measured.filter(({ at }) => at >= oldest).map(({ latencyMs }) => latencyMs)
  }
  return {
    succeeded: (latencyMs) => {
      add(latencyMs)
      lies = Math.max(0, lies - 1)
    },
    failed: () => add(FAILURE_MS),
    lacked: () => add(LACK_MS),
    lost: add,
    lied: () => {
      add(FAILURE_MS)
      lies = WINDOW
    },
    hasLied: () => lies > 0,
    rest: (durationMs) => {
      restsUntil = Math.max(restsUntil, monotonic() + durationMs)
    },
    restMs: () => Math.max(0, restsUntil - monotonic()),
    score: () => {
      const known = latencies()
      return known.length === 0 ? UNKNOWN_MS : known.reduce((sum, ms) => sum + ms, 0) / known.length
    },
    p95: () => {
      const known = latencies().sort((a, b) => a - b)
      return known[Math.ceil(known.length * 0.95) - 1]
    },
  }
}
