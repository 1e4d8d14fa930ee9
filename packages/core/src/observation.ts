import type { Severity } from './ports/notifier.ts'

/** What a probe saw. `unknown`: no answer in time, or too old; never counted as bad. */
export type ProbeStatus = 'good' | 'bad' | 'unknown'

/** One look at one thing of one domain. */
export interface Observation {
  readonly domain: string
  /** What was looked at: `replica:node-1`, `dns`, `served:/`. */
  readonly probe: string
  /** From where. */
  readonly vantage: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly status: ProbeStatus
  /** What was seen, short enough for a table: a CID, a code. */
  readonly value: string
  /** One sentence for a person. */
  readonly evidence: string
}

export const CONDITION_TYPES = [
  'NodeOffline',
  'ReplicaLost',
  'ContentAtRisk',
  'DnsDrift',
  'HashMismatch',
  'ReleaseUnverifiable',
  'ReleaseBad',
  'ChecksFailing',
  'FeedMismatch',
  'TrustChanging',
  'ChainNoQuorum',
] as const
export type ConditionType = (typeof CONDITION_TYPES)[number]

/** A typed finding; one per domain, type and subject. */
export interface Condition {
  readonly domain: string
  readonly type: ConditionType
  /** What it is about: a replica's name, a path; empty for the domain itself. */
  readonly subject: string
  readonly severity: Severity
  readonly since: number
  readonly evidence: string
}
