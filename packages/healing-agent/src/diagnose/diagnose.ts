import type { Condition, Observation } from '@domainsync/core'
import { isHeadBound, PROBE_CONDITIONS, parseProbeName } from '../observe/probe-name.ts'
import { closes, EVIDENCE_WINDOW, opens } from './evidence-rule.ts'
import { knownAnswers } from './known-answers.ts'
import { severityOf } from './severity.ts'

export interface DiagnoseContext {
  readonly domain: string
  /** The probes that are configured now; a condition about anything else is dropped. */
  readonly probes: readonly string[]
  /** What was open after the last pass. */
  readonly open: readonly Condition[]
  /** When the live release was first seen, in milliseconds since 1970. */
  readonly liveSince: number
  /** From how many places the agent looks. With two or more, evidence needs two of them. */
  readonly vantages: number
  /** Answers older than this are unknown, in milliseconds. */
  readonly maxAgeMs: number
}

/**
 * What is wrong with one domain: conditions open when 3 of the last 5 known answers are bad and close after 3 good ones in a
 * row. Unknown and stale answers neither open nor close anything. Pure.
 */
export function diagnose(observations: readonly Observation[], context: DiagnoseContext, now: number): Condition[] {
  const own = observations.filter(({ domain }) => domain === context.domain)
  const conditions: Condition[] = []
  for (const name of new Set(context.probes)) {
    const condition = judge(name, own, context, now)
    if (condition !== undefined) conditions.push(condition)
  }
  return conditions
}

function judge(
  name: string,
  observations: readonly Observation[],
  context: DiagnoseContext,
  now: number,
): Condition | undefined {
  const probe = parseProbeName(name)
  if (probe === undefined) return undefined
  const type = PROBE_CONDITIONS[probe.kind]
  const before = context.open.find((condition) => condition.type === type && condition.subject === probe.subject)
  const known = knownAnswers(observations, { name, kind: probe.kind }, { now, ...context })
  const bad = known.find(({ status }) => status === 'bad')
  if (before !== undefined) {
    if (closes(known)) return undefined
    // What opened it was seen of another release: the new one's own answers decide whether it begins anew.
    const isOfAnother = isHeadBound(probe.kind) && before.since < context.liveSince
    if (isOfAnother && !opens(probe.kind, known, context)) return before
    const since = isOfAnother ? firstBad(known) : before.since
    const evidence = bad?.evidence ?? before.evidence
    const severity =
      bad === undefined && type === 'HashMismatch' ? before.severity : severityOf(type, { since, now, bad })
    return { ...before, since, severity, evidence }
  }
  if (!opens(probe.kind, known, context) || bad === undefined) return undefined
  if (probe.kind === 'served' && !zoneClean(observations, context, now)) return undefined
  const since = firstBad(known)
  const severity = severityOf(type, { since, now, bad })
  return { domain: context.domain, type, subject: probe.subject, severity, since, evidence: bad.evidence }
}

function firstBad(known: readonly Observation[]): number {
  const bad = known.slice(0, EVIDENCE_WINDOW).filter(({ status }) => status === 'bad')
  return Math.min(...bad.map(({ at }) => at))
}

/** While the name points elsewhere, wrong bytes say nothing about the servers: the drift is the finding. */
function zoneClean(observations: readonly Observation[], context: DiagnoseContext, now: number): boolean {
  const [newest] = knownAnswers(observations, { name: 'dns', kind: 'dns' }, { now, ...context })
  return newest?.status !== 'bad' && !context.open.some(({ type }) => type === 'DnsDrift')
}
