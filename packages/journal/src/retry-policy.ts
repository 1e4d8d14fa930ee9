/** How often a step is tried, and the pauses in between. */
export interface RetryPolicy {
  /** Tries in one run, the first included. */
  readonly attempts: number
  /** The pause after the first failure; it doubles each time. */
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

/** Three tries, 1 and 2 s apart. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 3, firstDelayMs: 1_000, maxDelayMs: 30_000 }

/** The pause after the given number of failures, in milliseconds. */
export function retryDelayMs(policy: RetryPolicy, failures: number): number {
  return Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (failures - 1))
}

/**
 * False when trying again cannot help: the error says so itself (`retryable: false`), or every error of an aggregate does.
 * An unknown error is tried again; the policy bounds it.
 */
export function isRetryable(error: unknown): boolean {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.some(isRetryable)
  return !(error instanceof Error && 'retryable' in error && error.retryable === false)
}
