import { type DomainState, type Operation, rootFromHash } from '@domainsync/core'
import { type AgentDomain, checkedPaths, pagePaths, servedPaths } from '../agent-domain.ts'
import { NO_LINK } from '../observe/observe-dns.ts'
import { probeName } from '../observe/probe-name.ts'
import { CHECK_FAILS } from '../observe/probe-value.ts'
import { isRepair } from '../plan/action.ts'
import { approvedAt } from '../plan/action-record.ts'
import type { Plan } from '../plan/plan.ts'
import { DAY_MS, HOUR_MS } from '../plan/plan-settings.ts'
import type { Candidate } from '../plan/plan-state.ts'
import { wantedRelease } from '../plan/wanted-release.ts'
import type { AgentSettings } from './agent-settings.ts'
import type { DomainMemory } from './domain-memory.ts'
import type { ActionReport, DomainReport } from './pass-report.ts'
import type { NextPass } from './pass-schedule.ts'
import { replicaFacts } from './replica-facts.ts'
import { freshAnswer, verdictOf } from './verdict.ts'

interface ReportInput {
  readonly domain: AgentDomain
  readonly memory: DomainMemory
  readonly settings: AgentSettings
  readonly state: DomainState | undefined
  readonly candidates: readonly Candidate[]
  readonly running: readonly Operation[]
  readonly settling: boolean
  readonly plan: Plan
  readonly actions: readonly ActionReport[]
  readonly warnings: DomainReport['warnings']
  readonly keeper: DomainReport['keeper']
  readonly error: DomainReport['error']
  readonly now: number
  readonly next: NextPass
}

/** A pass as people and programs read it. */
export function reportOf(input: ReportInput): DomainReport {
  const { domain, memory, settings, state, plan, now, next } = input
  const { conditions, freezes, incident } = memory.findings
  return {
    domain: domain.name,
    checkedAt: now,
    release: state === undefined || state.head.live === 0 ? null : releaseOf(state),
    quorum: state !== undefined,
    chain: memory.of(probeName('chain'))[0]?.evidence ?? '',
    served: servedOf(input),
    checks: checksOf(input),
    verified: verifiedOf(input),
    dns: dnsOf(input),
    pages: pagesOf(input),
    replicas: replicasOf(domain, memory, { settings, now }),
    conditions: conditions.map((condition) => {
      const own = plan.ladders.filter(({ type, subject }) => type === condition.type && subject === condition.subject)
      return { ...condition, ladders: own.map(({ position }) => position) }
    }),
    actions: input.actions,
    freezes,
    limits: limitsOf(input),
    running: runningOf(input.running),
    keeper: input.keeper,
    incident: incident ?? null,
    warnings: input.warnings,
    error: input.error,
    nextAt: next.at,
    underWay: next.underWay,
  }
}

/** What is left to say when a pass failed as a whole: nothing is known. */
export function failedReport(
  domain: string,
  error: NonNullable<DomainReport['error']>,
  { now, nextAt }: { now: number; nextAt: number },
): DomainReport {
  const none = { used: 0, of: 0 }
  return {
    domain,
    checkedAt: now,
    release: null,
    quorum: false,
    chain: '',
    served: 'unknown',
    checks: 'unknown',
    verified: 'unknown',
    dns: { status: 'unknown', found: null, wanted: null, evidence: '', resolvers: { match: 0, of: 0, list: [] } },
    pages: [],
    replicas: { stored: 0, of: 0, need: 0, list: [] },
    conditions: [],
    actions: [],
    freezes: [],
    limits: { repairs: none, rollbacks: none },
    running: null,
    keeper: null,
    incident: null,
    warnings: [],
    error,
    nextAt,
    underWay: false,
  }
}

function releaseOf({ head, kept }: DomainState): NonNullable<DomainReport['release']> {
  const { live, latest, seq, stable, paused } = head
  return { live, latest, seq, stable, paused, root: `${rootFromHash(head.ipfsHash)}`, kept: kept?.release ?? null }
}

/** All pages together: one bad one counts. */
function servedOf(input: ReportInput): DomainReport['served'] {
  const verdicts = servedPaths(input.domain).map((path) => verdictOf('served', path, input))
  if (verdicts.includes('bad')) return 'MISMATCH'
  if (verdicts.includes('checking')) return 'checking'
  return verdicts.length > 0 && verdicts.every((one) => one === 'good') ? 'match' : 'unknown'
}

/** A check that fails is shown as such also when it proves nothing about the release. */
function checksOf(input: ReportInput): DomainReport['checks'] {
  const paths = checkedPaths(input.domain)
  if (paths.length === 0) return 'none'
  const answers = paths.map((path) => freshAnswer('check', path, input))
  if (answers.some((one) => one?.status === 'bad' || one?.value === CHECK_FAILS)) return 'FAIL'
  return answers.every((one) => one?.status === 'good') ? 'pass' : 'unknown'
}

function pagesOf(input: ReportInput): DomainReport['pages'] {
  return pagePaths(input.domain).flatMap((path) =>
    (['served', 'check', 'site'] as const).flatMap((probe) => {
      const seen = freshAnswer(probe, path, input)
      return seen === undefined ? [] : [{ probe, path, status: seen.status, evidence: seen.evidence }]
    }),
  )
}

function verifiedOf({ candidates, state }: ReportInput): DomainReport['verified'] {
  const live = candidates.find(({ release }) => release === state?.head.live)
  return live === undefined || live.verified === 'unknown' ? 'unknown' : live.verified === 'yes' ? 'yes' : 'NO'
}

function dnsOf(input: ReportInput): DomainReport['dns'] {
  const { memory, candidates, state, domain } = input
  const fresh = freshAnswer('dns', '', input)
  const live = state === undefined || state.head.live === 0 ? undefined : `${rootFromHash(state.head.ipfsHash)}`
  const words = { good: 'match', bad: 'DRIFT', checking: 'checking', unknown: 'unknown' } as const
  const isUpdate = fresh?.status === 'unknown' && memory.update?.root === fresh.value
  const answers = domain.dns.resolvers.map(({ name }) => ({ name, seen: memory.of(`resolver:${name}`)[0] }))
  return {
    status: isUpdate ? 'update' : words[verdictOf('dns', '', input)],
    found: linkOf(fresh?.value),
    wanted: wantedRelease(candidates)?.root ?? live ?? null,
    evidence: fresh?.evidence ?? 'It was not asked yet.',
    resolvers: {
      match: answers.filter(({ seen }) => seen?.status === 'good').length,
      of: answers.length,
      list: answers.map(({ name, seen }) => ({ name, answer: linkOf(seen?.value) })),
    },
  }
}

function linkOf(value: string | undefined): string | null {
  return value === undefined || value === NO_LINK || value === '?' ? null : value
}

function replicasOf(
  domain: AgentDomain,
  memory: DomainMemory,
  { settings, now }: { settings: AgentSettings; now: number },
): DomainReport['replicas'] {
  const facts = replicaFacts(domain, memory, settings, now)
  const list = facts.map(({ name, tier, spare, copy, countable, online }) => {
    const evidence = memory.of(probeName('replica', name))[0]?.evidence ?? 'It was not asked yet.'
    return { name, tier, spare, copy, countable, online, evidence }
  })
  const counted = facts.filter(({ spare, copy }) => !spare || copy === 'stored')
  return { stored: facts.filter(({ copy }) => copy === 'stored').length, of: counted.length, need: domain.need, list }
}

function limitsOf({ memory, settings, now }: ReportInput): DomainReport['limits'] {
  const records = memory.records(now)
  const since = Math.max(now - HOUR_MS, approvedAt(records))
  const repairs = records.filter(({ kind, at }) => isRepair(kind) && at > since)
  const rollbacks = records.filter(({ kind, at }) => kind === 'rollback' && at > now - DAY_MS)
  return {
    repairs: { used: repairs.length, of: settings.maxRepairsPerHour },
    rollbacks: { used: rollbacks.length, of: settings.maxRollbacksPerDay },
  }
}

function runningOf([operation]: readonly Operation[]): DomainReport['running'] {
  if (operation === undefined) return null
  const { id, kind, steps } = operation
  return { id, kind, step: steps.find(({ state }) => state !== 'done')?.key ?? null }
}
