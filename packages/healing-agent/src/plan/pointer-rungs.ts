import { LANE_HEALING, LANE_PUBLISHING } from '@domainsync/core'
import type { PlanSettings } from './plan-settings.ts'
import type { PlanState } from './plan-state.ts'
import { NO_QUORUM, rollbackTarget } from './rollback-target.ts'
import { met, none, type Rung, type RungAction, ready, soon } from './rung.ts'
import { wantedRelease } from './wanted-release.ts'

/** Sets the DNSLink to the wanted release. */
export function swapRung(state: PlanState): Rung {
  return { kind: 'swapDns', subject: '', tries: 2, what: swap(state) }
}

/** Stops the publisher on chain, so that a thief of its key cannot outrun the rollback. */
export function pauseRung({ head, chainReadOnly }: PlanState): Rung {
  const what = (): RungAction => {
    if (head === undefined) return soon(NO_QUORUM)
    if ((head.paused & LANE_PUBLISHING) !== 0) return met('publishing is paused already')
    if (chainReadOnly !== undefined) return none(chainReadOnly)
    return ready({ kind: 'pausePublishing', expectedSeq: head.seq })
  }
  return { kind: 'pausePublishing', subject: '', tries: 2, what: what(), instant: true }
}

/** Moves live back to the release that {@link rollbackTarget} allows. */
export function rollbackRung(state: PlanState, settings: PlanSettings, now: number): Rung {
  const decision = rollbackTarget(state, settings, now)
  const what = (): RungAction => {
    if (!decision.allowed) return { kind: decision.soon ? 'soon' : 'none', reason: decision.reason }
    const { release, root } = decision.target
    return ready({ kind: 'rollback', release, root, expectedSeq: state.head?.seq ?? 0 })
  }
  return { kind: 'rollback', subject: '', tries: 2, what: what() }
}

function swap(state: PlanState): RungAction {
  const { head, dns, update } = state
  if (head === undefined) return soon(NO_QUORUM)
  if ((head.paused & LANE_HEALING) !== 0) return none('healing is paused on chain')
  if (!dns.answered) return soon('the name server gave no answer')
  if (update !== undefined && dns.found === update.root) {
    return soon(`DNS names signed release ${update.release}, which waits to be published`)
  }
  const wanted = wantedRelease(state.candidates)
  if (wanted === undefined) return soon('no release verifies and passes its proof yet')
  if (dns.found === wanted.root) return met('DNS names the wanted release')
  return ready({ kind: 'swapDns', expected: dns.found, next: wanted.root, expectedSeq: head.seq })
}
