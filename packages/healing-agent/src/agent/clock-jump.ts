import type { Findings } from '@domainsync/core'

/** The two clocks at one moment, in milliseconds. */
export interface Moment {
  /** Wall clock, since 1970; may be set ahead and back. */
  readonly now: number
  /** Never set. */
  readonly monotonic: number
}

/** Differences up to this are the ordinary correction of a clock, in milliseconds. */
const ORDINARY_MS = 1_000

/** By how much the wall clock was set between two moments, in milliseconds: ahead is positive. A machine that slept counts as ahead. */
export function clockJump(before: Moment, after: Moment): number {
  const jumpMs = after.now - before.now - (after.monotonic - before.monotonic)
  return Math.abs(jumpMs) <= ORDINARY_MS ? 0 : jumpMs
}

/** A time that was written before the jump, as the clock shows it now; never in the future. */
export function afterJump(at: number, { jumpMs, now }: { jumpMs: number; now: number }): number {
  return Math.min(at + jumpMs, now)
}

/** Findings of a clock that was ahead: nothing in them may begin in the future, else it is waited for. */
export function notInFuture(findings: Findings, { jumpMs, now }: { jumpMs: number; now: number }): Findings {
  const past = (at: number) => (at > now ? afterJump(at, { jumpMs, now }) : at)
  const { conditions, incident } = findings
  return {
    ...findings,
    conditions: conditions.map((condition) => ({ ...condition, since: past(condition.since) })),
    incident: incident && { ...incident, firstBadAt: past(incident.firstBadAt), openedAt: past(incident.openedAt) },
  }
}
