import type { Observation } from '@domainsync/core'
import { isHeadBound, parseProbeName } from '../observe/probe-name.ts'

/** When a first bad (or, while a condition is open, a first good) answer is confirmed, in milliseconds after it. */
export const CONFIRM_AFTER_MS = [1_000, 2_000, 4_000] as const
/** When an answer that may lag behind a change of the live release is asked for again, in milliseconds after it. */
export const CATCH_UP_AFTER_MS = [1_000, 2_000, 4_000, 8_000] as const
/** When the probes follow an action, in milliseconds after it. */
export const VERIFY_AFTER_MS = [0, 1_000, 2_000] as const
/** Signatures are immutable and remembered; the manifest is looked for this many cadences apart. */
const RELEASE_CADENCES = 10
/** Up to this share of a cadence is added, so that many domains do not ask at once. */
const JITTER = 0.1

export interface ProbeSchedule {
  readonly probeEveryMs: number
  /** The condition of the probe is open. */
  readonly open: boolean
  readonly liveSince: number
  /** Until when an answer may lag behind a change of the live release. */
  readonly settlesAt: number
  /** When the last action on the domain ended. */
  readonly actedAt: number | undefined
}

/** When a probe is due next. */
export interface NextProbe {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Sooner than its cadence: something is being confirmed. */
  readonly early: boolean
}

/** When a probe is due next. `history` is its own, newest first, unknown answers included. */
export function nextProbe(name: string, history: readonly Observation[], schedule: ProbeSchedule): NextProbe {
  const kind = parseProbeName(name)?.kind
  const headBound = kind !== undefined && isHeadBound(kind)
  const seen = headBound ? history.filter(({ at }) => at >= schedule.liveSince) : history
  const last = seen[0]
  if (last === undefined) return { at: Number.NEGATIVE_INFINITY, early: true }
  const cadenceMs = schedule.probeEveryMs * (kind === 'release' && last.status === 'good' ? RELEASE_CADENCES : 1)
  const regular = last.at + Math.round(cadenceMs * (1 + JITTER * spread(name)))
  const early = Math.min(
    ...[
      ...confirmations(seen, schedule),
      ...verifications(schedule),
      ...(headBound ? catchingUp(seen, schedule) : []),
    ].filter((at) => at > last.at),
  )
  return { at: Math.min(regular, early), early: early < regular }
}

/** Right after a change, an answer that says nothing is asked for again soon: readers' servers catch up within seconds. */
function catchingUp(seen: readonly Observation[], { settlesAt }: ProbeSchedule): number[] {
  if (seen[0]!.at >= settlesAt) return []
  const end = seen.findIndex(({ status }) => status !== 'unknown')
  const first = seen[(end === -1 ? seen.length : end) - 1]
  return first === undefined ? [] : CATCH_UP_AFTER_MS.map((afterMs) => first.at + afterMs)
}

/** A change of the answer, either way, is confirmed at once instead of a cadence later. */
function confirmations(seen: readonly Observation[], { open }: ProbeSchedule): number[] {
  const known = seen.filter(({ status }) => status !== 'unknown')
  const newest = known[0]
  if (newest === undefined || newest.status === (open ? 'bad' : 'good')) return []
  const end = known.findIndex(({ status }) => status !== newest.status)
  const first = known[(end === -1 ? known.length : end) - 1]!
  return CONFIRM_AFTER_MS.map((afterMs) => first.at + afterMs)
}

function verifications({ actedAt }: ProbeSchedule): number[] {
  return actedAt === undefined ? [] : VERIFY_AFTER_MS.map((afterMs) => actedAt + afterMs)
}

/** 0 to 1, the same for the same name: jitter that a replay repeats. */
function spread(name: string): number {
  let hash = 2_166_136_261
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619)
  return (hash >>> 0) / 2 ** 32
}
