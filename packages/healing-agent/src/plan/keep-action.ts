import { LANE_HEALING } from '@domainsync/core'
import type { Action } from './action.ts'
import { backoff, triesOf } from './climb.ts'
import { HOUR_MS, type PlanSettings } from './plan-settings.ts'
import type { PlanState } from './plan-state.ts'

/** Tries of one keep within an hour. */
const KEEP_TRIES = 3

/**
 * Copies the live release out of the ring, where no flood of releases can evict it: the first one at once, later ones after
 * good probes for `soakMs`. Nothing while anything is wrong.
 */
export function keepAction(
  state: PlanState,
  { settings, now, healthy }: { settings: PlanSettings; now: number; healthy: boolean },
): Action | undefined {
  const { head, kept, goodSince } = state
  const live = state.candidates[0]
  if (!healthy || head === undefined || state.chainReadOnly !== undefined || !head.stable || head.live === 0)
    return undefined
  if ((head.paused & LANE_HEALING) !== 0 || live?.release !== head.live) return undefined
  if (live.verified !== 'yes' || live.proven !== 'yes' || live.checks !== 'yes') return undefined
  if (kept !== undefined && kept >= head.live) return undefined
  if (kept !== undefined && (goodSince === undefined || now - goodSince < settings.soakMs)) return undefined
  const tries = triesOf({ kind: 'keep', subject: String(head.live) }, state.records, now - HOUR_MS)
  const lastAt = Math.max(Number.NEGATIVE_INFINITY, ...tries.map(({ at }) => at))
  if (tries.length >= KEEP_TRIES || lastAt + backoff(tries.length, settings) > now) return undefined
  return { kind: 'keep', release: head.live, root: live.root, expectedSeq: head.seq }
}
