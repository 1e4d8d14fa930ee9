import type { Observation } from '@domainsync/core'
import type { ProbeKind } from '../observe/probe-name.ts'
import { MANIFEST_MISSING } from '../observe/probe-value.ts'

const AT_ONCE: ReadonlySet<ProbeKind> = new Set(['content', 'feed', 'trust'])

/** How many of the newest known answers are looked at. */
export const EVIDENCE_WINDOW = 5
/** How many of them must be bad to open a condition. */
export const BAD_TO_OPEN = 3
/** How many good ones in a row close it. */
export const GOOD_TO_CLOSE = 3

/** Whether the newest known answers of one probe, newest first, are enough to open its condition. */
export function opens(kind: ProbeKind, known: readonly Observation[], { vantages }: { vantages: number }): boolean {
  const bad = known.slice(0, EVIDENCE_WINDOW).filter(({ status }) => status === 'bad')
  const newest = known[0]
  if (newest?.status === 'bad' && opensAtOnce(kind, newest)) return true
  if (bad.length < BAD_TO_OPEN) return false
  return new Set(bad.map(({ vantage }) => vantage)).size >= Math.min(2, vantages)
}

/** Too few copies, a bad signature, a wrong root, a proposal: each was read off verified bytes, or a quorum, and needs no second look. */
function opensAtOnce(kind: ProbeKind, { value }: Observation): boolean {
  return AT_ONCE.has(kind) || (kind === 'release' && value !== MANIFEST_MISSING)
}

/** Whether the newest known answers, newest first, close an open condition. */
export function closes(known: readonly Observation[]): boolean {
  return known.length >= GOOD_TO_CLOSE && known.slice(0, GOOD_TO_CLOSE).every(({ status }) => status === 'good')
}
