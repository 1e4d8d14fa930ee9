import type { Observation } from '@domainsync/core'
import { isHeadBound, type ProbeKind } from '../observe/probe-name.ts'

export interface AnswerLimits {
  readonly now: number
  /** Answers older than this count as unknown, in milliseconds. */
  readonly maxAgeMs: number
  /** When the live release was first seen; answers about an earlier one do not count. */
  readonly liveSince: number
}

/** The known answers of one probe that still count, newest first. `history` may hold other probes and any order. */
export function knownAnswers(
  history: readonly Observation[],
  probe: { readonly name: string; readonly kind: ProbeKind },
  { now, maxAgeMs, liveSince }: AnswerLimits,
): Observation[] {
  const oldest = Math.max(now - maxAgeMs, isHeadBound(probe.kind) ? liveSince : 0)
  return history
    .filter(({ probe: name, status, at }) => name === probe.name && status !== 'unknown' && at >= oldest && at <= now)
    .sort((a, b) => b.at - a.at)
}
