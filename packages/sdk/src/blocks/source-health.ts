/** Latencies that are remembered for each source. */
const WINDOW = 32
/** What a source without a history is taken for, in milliseconds. */
const UNKNOWN_MS = 250
/** A failure counts like an answer this slow, in milliseconds. */
const FAILURE_MS = 5_000

/** How one source has been doing. */
export interface SourceHealth {
  succeeded(latencyMs: number): void
  failed(): void
  /** It sent bytes that are not the CID's: it comes last from now on, until it has answered rightly for a whole window. */
  lied(): void
  hasLied(): boolean
  /** Lower is better: the expected time to an answer, in milliseconds. */
  score(): number
  /** The 95th percentile of the time to an answer, in milliseconds; `undefined` before the first. */
  p95(): number | undefined
}

export function createSourceHealth(): SourceHealth {
  let latencies: number[] = []
  let lies = 0
  const add = (latencyMs: number) => {
    latencies = [...latencies, latencyMs].slice(-WINDOW)
  }
  return {
    succeeded: (latencyMs) => {
      add(latencyMs)
      lies = Math.max(0, lies - 1)
    },
    failed: () => add(FAILURE_MS),
    lied: () => {
      add(FAILURE_MS)
      lies = WINDOW
    },
    hasLied: () => lies > 0,
    score: () => {
      if (lies > 0) return Number.POSITIVE_INFINITY
      return latencies.length === 0 ? UNKNOWN_MS : latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length
    },
    p95: () => [...latencies].sort((a, b) => a - b)[Math.ceil(latencies.length * 0.95) - 1],
  }
}
