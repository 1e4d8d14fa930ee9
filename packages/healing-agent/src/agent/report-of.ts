import { type DomainState, rootFromHash } from '@domainsync/core'
import { type AgentDomain, servedPaths } from '../agent-domain.ts'
import { NO_LINK } from '../observe/observe-dns.ts'
import { probeName } from '../observe/probe-name.ts'
import { CHECK_FAILS } from '../observe/probe-value.ts'
import type { Plan } from '../plan/plan.ts'
import type { Candidate } from '../plan/plan-state.ts'
import { wantedRelease } from '../plan/wanted-release.ts'
import type { AgentSettings } from './agent-settings.ts'
import type { DomainMemory } from './domain-memory.ts'
import type { ActionReport, DomainReport } from './pass-report.ts'
import { replicaFacts } from './replica-facts.ts'

interface ReportInput {
  readonly domain: AgentDomain
  readonly memory: DomainMemory
  readonly settings: AgentSettings
  readonly state: DomainState | undefined
  readonly candidates: readonly Candidate[]
  readonly plan: Plan | undefined
  readonly actions: readonly ActionReport[]
  readonly warnings: DomainReport['warnings']
  readonly error: DomainReport['error']
  readonly now: number
  readonly nextAt: number
}

/** A pass as people and programs read it. */
export function reportOf(input: ReportInput): DomainReport {
  const { domain, memory, settings, state, plan, now } = input
  const { conditions, freezes, incident } = memory.findings
  return {
    domain: domain.name,
    checkedAt: now,
    release: state === undefined || state.head.live === 0 ? null : releaseOf(state),
    quorum: state !== undefined,
    served: worst(input, { kind: 'served', paths: servedPaths(domain), words: ['match', 'MISMATCH'] }),
    checks: worst(input, { kind: 'check', paths: domain.checks.map(({ path }) => path), words: ['pass', 'FAIL'] }),
    verified: verifiedOf(input),
    dns: dnsOf(input),
    replicas: replicasOf(domain, memory, { settings, now }),
    conditions: conditions.map((condition) => {
      const own = plan?.ladders.filter(({ type, subject }) => type === condition.type && subject === condition.subject)
      return { ...condition, ladders: (own ?? []).map(({ position }) => position) }
    }),
    actions: input.actions,
    freezes,
    incident: incident ?? null,
    warnings: input.warnings,
    error: input.error,
    nextAt: input.nextAt,
  }
}

/** What is left to say when a pass failed as a whole: nothing is known. */
export function failedReport(
  domain: string,
  error: NonNullable<DomainReport['error']>,
  { now, nextAt }: { now: number; nextAt: number },
): DomainReport {
  return {
    domain,
    checkedAt: now,
    release: null,
    quorum: false,
    served: 'unknown',
    checks: 'unknown',
    verified: 'unknown',
    dns: { status: 'unknown', found: null, wanted: null, resolvers: { match: 0, of: 0 } },
    replicas: { stored: 0, of: 0, need: 0, list: [] },
    conditions: [],
    actions: [],
    freezes: [],
    incident: null,
    warnings: [],
    error,
    nextAt,
  }
}

function releaseOf({ head, kept }: DomainState): NonNullable<DomainReport['release']> {
  const { live, latest, seq, stable, paused } = head
  return { live, latest, seq, stable, paused, root: `${rootFromHash(head.ipfsHash)}`, kept: kept?.release ?? null }
}

/** The newest answers about the live release together: one bad one counts. */
function worst<Good extends string, Bad extends string>(
  { memory, settings, now }: ReportInput,
  { kind, paths, words }: { kind: 'served' | 'check'; paths: readonly string[]; words: readonly [Good, Bad] },
): Good | Bad | 'unknown' {
  const since = Math.max(memory.live?.since ?? 0, now - settings.maxAgeMs)
  const newest = paths
    .map((path) => memory.of(probeName(kind, path))[0])
    .filter((one) => one !== undefined && one.at >= since)
  // A check that fails is shown as such also when it proves nothing about the release.
  if (newest.some((one) => one?.status === 'bad' || one?.value === CHECK_FAILS)) return words[1]
  const all = newest.length === paths.length && newest.length > 0
  return all && newest.every((one) => one?.status === 'good') ? words[0] : 'unknown'
}

function verifiedOf({ candidates, state }: ReportInput): DomainReport['verified'] {
  const live = candidates.find(({ release }) => release === state?.head.live)
  return live === undefined || live.verified === 'unknown' ? 'unknown' : live.verified === 'yes' ? 'yes' : 'NO'
}

function dnsOf({ memory, candidates, state, domain, settings, now }: ReportInput): DomainReport['dns'] {
  const seen = memory.of(probeName('dns'))[0]
  const fresh = seen !== undefined && seen.at >= now - settings.maxAgeMs ? seen : undefined
  const live = state === undefined || state.head.live === 0 ? undefined : `${rootFromHash(state.head.ipfsHash)}`
  const status =
    fresh === undefined ? 'unknown' : ({ good: 'match', bad: 'DRIFT', unknown: 'unknown' } as const)[fresh.status]
  const answers = domain.dns.resolvers.map(({ name }) => memory.of(`resolver:${name}`)[0])
  return {
    status,
    found: fresh === undefined || fresh.value === NO_LINK || fresh.value === '?' ? null : fresh.value,
    wanted: wantedRelease(candidates)?.root ?? live ?? null,
    resolvers: { match: answers.filter((one) => one?.status === 'good').length, of: answers.length },
  }
}

function replicasOf(
  domain: AgentDomain,
  memory: DomainMemory,
  { settings, now }: { settings: AgentSettings; now: number },
): DomainReport['replicas'] {
  const facts = replicaFacts(domain, memory, settings, now)
  const list = facts.map(({ name, tier, spare, copy, online }) => {
    const evidence = memory.of(probeName('replica', name))[0]?.evidence ?? 'not asked yet'
    return { name, tier, spare, copy, online, evidence }
  })
  const counted = facts.filter(({ spare, copy }) => !spare || copy === 'stored')
  return { stored: facts.filter(({ copy }) => copy === 'stored').length, of: counted.length, need: domain.need, list }
}
