import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from '@domainsync/core'
import { ReplicaError } from './replica-error.ts'

export interface RetryPolicy {
  /** Tries in all. */
  readonly attempts: number
  /** Pause after the first failure, in milliseconds; each later one is four times as long. A draw between half and all of it. */
  readonly firstDelayMs: number
  /** Longest pause, in milliseconds. A provider that asks for more is not waited for; one that asks for less gets up to a quarter more. */
  readonly maxDelayMs: number
}

export const RETRY_POLICY: RetryPolicy = { attempts: 3, firstDelayMs: 250, maxDelayMs: 30_000 }

/**
 * What may be over in a moment. Not `REPLICA_OFFLINE` and `REPLICA_TIMEOUT`: who asks again in rounds must learn of them at once,
 * and a time limit was waited for already.
 */
const PASSING: ReadonlySet<string> = new Set(['RATE_LIMITED', 'REPLICA_RESET', 'REPLICA_FAILED'])

/** Does the work again after a failure that may pass, as long as the policy lets it. Rejects with the last failure. */
export async function retrying<T>(
  work: () => Promise<T>,
  {
    signal,
    policy = RETRY_POLICY,
    random = Math.random,
  }: {
    signal?: AbortSignal | undefined
    policy?: RetryPolicy | undefined
    /** Uniform in [0, 1). */
    random?: (() => number) | undefined
  } = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const pauseMs = pauseAfter(error, { attempt, policy, random })
      if (pauseMs === undefined) throw error
      await sleep(pauseMs, undefined, { signal }).catch(() => signal?.throwIfAborted())
    }
  }
}

/** How long to wait before the next try; `undefined` when there is none. */
function pauseAfter(
  error: unknown,
  { attempt, policy, random }: { attempt: number; policy: RetryPolicy; random: () => number },
): number | undefined {
  const { attempts, firstDelayMs, maxDelayMs } = policy
  if (attempt >= attempts || !PASSING.has(errorCode(error))) return undefined
  const { retryable, retryAfterMs } =
    error instanceof ReplicaError ? error : { retryable: true, retryAfterMs: undefined }
  if (!retryable) return undefined
  const ownMs = Math.min(firstDelayMs * 4 ** (attempt - 1), maxDelayMs)
  if (retryAfterMs === undefined) return ownMs * (0.5 + random() / 2)
  if (retryAfterMs > maxDelayMs) return undefined
  // Whoever else was told the same does not come back in the same moment.
  return retryAfterMs + Math.max(ownMs, retryAfterMs / 4) * random()
}
