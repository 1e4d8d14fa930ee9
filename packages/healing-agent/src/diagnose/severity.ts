import type { ConditionType, Observation, Severity } from '@domainsync/core'
import { UNSIGNED_BYTES } from '../observe/probe-value.ts'

/** How long operators may disagree before a person is woken, in milliseconds. */
export const NO_QUORUM_CRITICAL_AFTER_MS = 15 * 60_000

const SEVERITIES: Record<ConditionType, Severity> = {
  NodeOffline: 'critical',
  ReplicaLost: 'warning',
  ContentAtRisk: 'critical',
  DnsDrift: 'warning',
  HashMismatch: 'warning',
  ReleaseUnverifiable: 'critical',
  ReleaseBad: 'critical',
  ChecksFailing: 'warning',
  FeedMismatch: 'critical',
  TrustChanging: 'critical',
  ChainNoQuorum: 'warning',
}

/** The severity of a condition open since `since`, whose newest bad answer is `bad`. */
export function severityOf(
  type: ConditionType,
  { since, now, bad }: { since: number; now: number; bad: Observation | undefined },
): Severity {
  if (type === 'ChainNoQuorum' && now - since >= NO_QUORUM_CRITICAL_AFTER_MS) return 'critical'
  if (type === 'HashMismatch' && bad?.value === UNSIGNED_BYTES) return 'critical'
  return SEVERITIES[type]
}
