import { LANE_FEED, LANE_HEALING } from '@domainsync/core'
import { DAY_MS, type PlanSettings } from './plan-settings.ts'
import type { Candidate, PlanState } from './plan-state.ts'

/** Why nothing that depends on the chain is decided. */
export const NO_QUORUM = 'the RPC operators do not agree, or do not answer'

export type RollbackDecision =
  | { readonly allowed: true; readonly target: Candidate }
  /** `soon`: an answer is still missing; asking again may allow it. */
  | { readonly allowed: false; readonly reason: string; readonly soon: boolean }

/**
 * Whether the agent may go back, and to which release: the newest stable one below live that verifies, is proven on K of N
 * and passes the same checks on the same path now. Never from a head that is itself a rollback, and at most three a day.
 */
export function rollbackTarget(state: PlanState, settings: PlanSettings, now: number): RollbackDecision {
  const { head } = state
  if (head === undefined) return no(NO_QUORUM, true)
  if (state.chainReadOnly !== undefined) return no(state.chainReadOnly)
  if ((head.paused & LANE_HEALING) !== 0) return no('healing is paused on chain')
  if ((head.paused & LANE_FEED) !== 0) return no('the domain lives in a feed')
  if (head.live !== head.latest) return no(`release ${head.live} is itself a rollback`)
  const today = state.records.filter(({ kind, at }) => kind === 'rollback' && at > now - DAY_MS)
  if (today.length >= settings.maxRollbacksPerDay)
    return no(`it went back ${today.length} times in the last 24 hours, which is the most that is allowed`)
  for (const candidate of state.candidates) {
    if (candidate.release >= head.live || !candidate.stable) continue
    const answers = [candidate.verified, candidate.proven, candidate.checks]
    if (answers.includes('no')) continue
    if (answers.every((answer) => answer === 'yes')) return { allowed: true, target: candidate }
    return no(`release ${candidate.release} is not proven yet`, true)
  }
  return no('no older stable release verifies, is proven and passes the checks')
}

function no(reason: string, soon = false): RollbackDecision {
  return { allowed: false, reason, soon }
}
