import { trustOf, type VerifyRelease } from './verification.ts'

/** Roots remembered per agent; a ring has 8 releases. */
const MAX_REMEMBERED = 1_000

/**
 * Verifies each release once: a root's bytes cannot change, so under the same trust the answer stays. What was missing or
 * unknown is asked again.
 */
export function rememberVerification(verify: VerifyRelease): VerifyRelease {
  const known = new Map<string, Awaited<ReturnType<VerifyRelease>>>()
  return async (target, options) => {
    const { state, release, root } = target
    const { signer, pqKeyHash } = trustOf(release, state)
    const key = [state.domain, release, root, signer, pqKeyHash].join(' ')
    const before = known.get(key)
    if (before !== undefined) return before
    const result = await verify(target, options)
    if (result.kind === 'verified' || result.kind === 'unverifiable') {
      if (known.size >= MAX_REMEMBERED) known.clear()
      known.set(key, result)
    }
    return result
  }
}
