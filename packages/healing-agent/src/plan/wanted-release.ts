import type { Candidate } from './plan-state.ts'

/**
 * The state wanted: the newest stable release at or below the live one that verifies and passes its proof. `undefined` while
 * that cannot be told: an unknown answer is waited for, never stepped over.
 */
export function wantedRelease(candidates: readonly Candidate[]): Candidate | undefined {
  for (const candidate of candidates) {
    if (!candidate.stable || candidate.verified === 'no' || candidate.proven === 'no') continue
    return candidate.verified === 'yes' && candidate.proven === 'yes' ? candidate : undefined
  }
  return undefined
}
