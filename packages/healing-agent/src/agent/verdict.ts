import type { Condition, Observation } from '@domainsync/core'
import { opens } from '../diagnose/evidence-rule.ts'
import { knownAnswers } from '../diagnose/known-answers.ts'
import { PROBE_CONDITIONS, type ProbeKind, probeName } from '../observe/probe-name.ts'
import type { AgentSettings } from './agent-settings.ts'
import type { DomainMemory } from './domain-memory.ts'

/** What may be said about a probe: its newest answer, unless that is not confirmed yet. */
export type Verdict = 'good' | 'bad' | 'checking' | 'unknown'

export interface VerdictInput {
  readonly memory: DomainMemory
  readonly settings: Pick<AgentSettings, 'maxAgeMs' | 'vantages'>
  /** The live release changed just now. */
  readonly settling: boolean
  readonly now: number
}

/** A first bad answer is being checked; so is one that says nothing while servers may lag behind a change. */
export function verdictOf(kind: ProbeKind, subject: string, input: VerdictInput): Verdict {
  const { memory, settings, settling, now } = input
  const newest = freshAnswer(kind, subject, input)
  if (newest === undefined || newest.status === 'unknown') return settling ? 'checking' : 'unknown'
  if (newest.status === 'good') return 'good'
  const isOpen = ({ type, subject: about }: Condition) => type === PROBE_CONDITIONS[kind] && about === subject
  const limits = { now, maxAgeMs: settings.maxAgeMs, liveSince: memory.live?.since ?? 0 }
  const known = knownAnswers(memory.all(), { name: probeName(kind, subject), kind }, limits)
  return memory.findings.conditions.some(isOpen) || opens(kind, known, settings) ? 'bad' : 'checking'
}

/** The newest answer about the live release that still counts. */
export function freshAnswer(
  kind: ProbeKind,
  subject: string,
  { memory, settings, now }: Omit<VerdictInput, 'settling'>,
): Observation | undefined {
  const [newest] = memory.of(probeName(kind, subject))
  const since = Math.max(memory.live?.since ?? 0, now - settings.maxAgeMs)
  return newest !== undefined && newest.at >= since ? newest : undefined
}
