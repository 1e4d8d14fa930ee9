import { sentence } from './no-answer.ts'
import type { VerifyRelease } from './verification.ts'

/** A release that cannot be read in time is unknown: one slow provider must not hold up the other probes for ever. */
export function verifyInTime(verify: VerifyRelease, limitMs: number): VerifyRelease {
  return async (target, options = {}) => {
    const limit = AbortSignal.timeout(limitMs)
    const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit
    try {
      return await verify(target, { ...options, signal })
    } catch (error) {
      options.signal?.throwIfAborted()
      if (limit.aborted) return { kind: 'unknown', reason: `${target.root} could not be read in ${limitMs} ms.` }
      throw new Error(`verifying ${target.root} failed: ${sentence(error)}`, { cause: error })
    }
  }
}
