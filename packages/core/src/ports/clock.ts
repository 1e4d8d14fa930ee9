/** Time, injected. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970, UTC. */
  now(): number
  /** Milliseconds that never go backwards. */
  monotonic(): number
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>
}
