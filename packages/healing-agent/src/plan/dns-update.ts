import type { Action } from './action.ts'
import type { ActionRecord } from './action-record.ts'
import { backoff } from './climb.ts'
import type { PlanSettings } from './plan-settings.ts'
import type { PlanState } from './plan-state.ts'

/** How long DNS may name a signed release before the chain does, in milliseconds, once for each root. */
export const UPDATE_WAIT_MS = 10 * 60_000

/** Kind of the record that DNS was first seen to name a signed release that is not on chain. */
export const UPDATE_SEEN = 'updateSeen'
/** Kind of the record that whoever publishes refused it for good. */
export const UPDATE_REFUSED = 'updateRefused'

/** How far a DNS update has come. */
export interface UpdateProgress {
  /** The publisher has it, or refused it, or has not been asked yet. */
  readonly state: 'seen' | 'submitted' | 'refused' | 'late'
  /** When the wait ends, in milliseconds since 1970. */
  readonly until: number
}

/** What the records say about a root that DNS names. Pure. */
export function updateProgress(root: string, records: readonly ActionRecord[], now: number): UpdateProgress {
  const own = records.filter(({ subject }) => subject === root)
  const seenAt = Math.min(now, ...own.filter(({ kind }) => kind === UPDATE_SEEN).map(({ at }) => at))
  const until = seenAt + UPDATE_WAIT_MS
  if (own.some(({ kind }) => kind === UPDATE_REFUSED)) return { state: 'refused', until }
  if (now >= until) return { state: 'late', until }
  return { state: triesOf(own).some(({ ok }) => ok) ? 'submitted' : 'seen', until }
}

/** Hands a DNS update over, once; a try that failed is repeated after a pause. */
export function updateAction(
  { update, head, records }: PlanState,
  { settings, now }: { settings: PlanSettings; now: number },
): Action | undefined {
  if (update === undefined || head === undefined) return undefined
  if (updateProgress(update.root, records, now).state !== 'seen') return undefined
  const tries = triesOf(records.filter(({ subject }) => subject === update.root))
  const lastAt = Math.max(Number.NEGATIVE_INFINITY, ...tries.map(({ at }) => at))
  if (lastAt + backoff(tries.length, settings) > now) return undefined
  return { kind: 'requestPublish', ...update, expectedSeq: head.seq }
}

function triesOf(records: readonly ActionRecord[]): ActionRecord[] {
  return records.filter(({ kind }) => kind === 'requestPublish')
}
