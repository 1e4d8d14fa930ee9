import type { Condition, ConditionType, Head } from '@domainsync/core'
import type { Candidate, PlanState, ReplicaFact } from './plan-state.ts'

/** A healthy domain at release 3, for tests of the plan. */
export const NOW = 1_800_000_000_000
export const DOMAIN = 'bbbhhai.com'

export function head(more: Partial<Head> = {}): Head {
  return { ipfsHash: `0x${'3'.repeat(64)}`, live: 3, latest: 3, seq: 7, stable: true, paused: 0, ...more }
}

export function candidate(release: number, more: Partial<Candidate> = {}): Candidate {
  return { release, root: `root-${release}`, stable: true, verified: 'yes', proven: 'yes', checks: 'yes', ...more }
}

export function replica(name: string, more: Partial<ReplicaFact> = {}): ReplicaFact {
  const can = { upload: true, pull: true, restart: false }
  return { name, tier: 2, spare: false, copy: 'stored', online: true, can, ...more }
}

export function state(more: Partial<PlanState> = {}): PlanState {
  return {
    domain: DOMAIN,
    head: head(),
    repairRoot: 'root-3',
    kept: 3,
    liveSince: NOW - 24 * 3_600_000,
    candidates: [candidate(3), candidate(2), candidate(1)],
    update: undefined,
    dns: { answered: true, found: 'root-3' },
    replicas: [replica('node-1', { tier: 1 }), replica('node-2'), replica('node-3')],
    freezes: [],
    cleanRounds: 10,
    goodSince: NOW - 3_600_000,
    records: [],
    repairsInAll: 0,
    publishBlocked: false,
    chainReadOnly: undefined,
    ...more,
  }
}

export function condition(type: ConditionType, more: Partial<Condition> = {}): Condition {
  return {
    domain: DOMAIN,
    type,
    subject: '',
    severity: 'critical',
    since: NOW - 5_000,
    evidence: `${type} seen.`,
    ...more,
  }
}
