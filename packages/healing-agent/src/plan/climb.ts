import type { Action } from './action.ts'
import type { ActionRecord } from './action-record.ts'
import { actionWords } from './action-words.ts'
import type { PlanSettings } from './plan-settings.ts'
import type { Rung } from './rung.ts'

/** How long a missing answer is waited for before the ladder counts as ended, in milliseconds. */
export const PATIENCE_MS = 60_000

/** Where a ladder stands. `step` counts from 1; the last one is the page to a person. */
export type LadderPosition = {
  readonly step: number
  readonly of: number
} /** The `attempt`-th of `tries`; past those when a rested ladder is tried again. */ & (
  | { readonly kind: 'act'; readonly action: Action; readonly attempt: number; readonly tries: number }
  | { readonly kind: 'wait'; readonly until: number; readonly next: Action['kind'] }
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'end'; readonly reason: string }
)

/** The next step of one ladder, from the tries that count. Pure. */
export function climb(
  rungs: readonly Rung[],
  { records, since, countFrom, settings, now }: ClimbInput,
): LadderPosition {
  const of = rungs.length + 1
  const reasons: string[] = []
  let last: { at: number; total: number } = { at: Number.NEGATIVE_INFINITY, total: 0 }
  let final: { action: Action; step: number; attempt: number; tries: number } | undefined
  for (const [index, rung] of rungs.entries()) {
    const step = index + 1
    const tries = triesOf(rung, records, countFrom)
    last = after(last, tries, rung)
    if (rung.what.kind === 'soon' && now - since < PATIENCE_MS) {
      return { kind: 'blocked', step, of, reason: rung.what.reason }
    }
    if (tries.length > 0) reasons.push(`${actionWords(rung.kind)} was tried ${times(tries.length)}`)
    else if (rung.what.kind === 'none' || rung.what.kind === 'soon') reasons.push(rung.what.reason)
    if (rung.what.kind !== 'ready') continue
    final = { action: rung.what.action, step, attempt: tries.length + 1, tries: rung.tries }
    if (tries.length >= rung.tries) continue
    const until = last.at + backoff(last.total, settings)
    if (until > now) return { kind: 'wait', step, of, until, next: rung.kind }
    return { kind: 'act', of, ...final }
  }
  if (final !== undefined && last.at + settings.ladderRestMs <= now) return { kind: 'act', of, ...final }
  // What was done last may have helped: the probes that follow it tell.
  const until = last.at + backoff(last.total, settings)
  if (until > now) return { kind: 'wait', step: of, of, until, next: 'page' }
  const [first] = rungs
  if (reasons.length === 0 && first?.what.kind === 'met') {
    return { kind: 'blocked', step: of, of, reason: `${first.what.reason}; the next probes must show it` }
  }
  return { kind: 'end', step: of, of, reason: reasons.join('; ') || 'there is nothing the agent can do about it' }
}

export interface ClimbInput {
  readonly records: readonly ActionRecord[]
  /** When the condition's first bad answer came, in milliseconds since 1970. */
  readonly since: number
  /** Tries from then on count, in milliseconds since 1970. */
  readonly countFrom: number
  readonly settings: PlanSettings
  readonly now: number
}

/** The pause after `tries` tries: doubles, up to the limit; none before the first. */
export function backoff(tries: number, { backoffMs, maxBackoffMs }: PlanSettings): number {
  return tries === 0 ? 0 : Math.min(backoffMs * 2 ** (tries - 1), maxBackoffMs)
}

export function triesOf(
  { kind, subject }: Pick<Rung, 'kind' | 'subject'>,
  records: readonly ActionRecord[],
  since: number,
): ActionRecord[] {
  return records.filter((record) => record.kind === kind && record.subject === subject && record.at >= since)
}

function after(last: { at: number; total: number }, tries: readonly ActionRecord[], rung: Rung) {
  if (tries.length === 0) return last
  if (rung.instant === true && rung.what.kind === 'met') return last
  return { at: Math.max(last.at, ...tries.map(({ at }) => at)), total: last.total + tries.length }
}

function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`
}
