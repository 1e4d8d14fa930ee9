/** Options of everything that waits. */
export interface CallOptions {
  /** Aborts the call; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Time allowed for this one call, in milliseconds. */
  timeoutMs?: number | undefined
}

/** One signal for a call: the caller's, and its own time limit. */
export function callSignal({ signal, timeoutMs }: CallOptions, defaultTimeoutMs: number): AbortSignal {
  const limit = AbortSignal.timeout(timeoutMs ?? defaultTimeoutMs)
  return signal ? AbortSignal.any([signal, limit]) : limit
}
