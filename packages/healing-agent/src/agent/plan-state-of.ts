import type { DomainState } from '@domainsync/core'
import type { AgentDomain } from '../agent-domain.ts'
import { NO_LINK } from '../observe/observe-dns.ts'
import { probeName } from '../observe/probe-name.ts'
import type { Candidate, PlanState } from '../plan/plan-state.ts'
import { wantedRelease } from '../plan/wanted-release.ts'
import type { AgentSettings } from './agent-settings.ts'
import type { DomainMemory } from './domain-memory.ts'
import { replicaFacts } from './replica-facts.ts'

export interface PlanStateInput {
  readonly domain: AgentDomain
  readonly memory: DomainMemory
  readonly settings: AgentSettings
  readonly state: DomainState | undefined
  readonly targetRoot: string | undefined
  readonly candidates: readonly Candidate[]
  readonly repairsInAll: number
  readonly publishBlocked: boolean
  readonly chainReadOnly: string | undefined
  readonly now: number
}

/** Gathers what the plan may depend on. */
export function planStateOf(input: PlanStateInput): PlanState {
  const { domain, memory, settings, state, candidates, now } = input
  const live = candidates[0]
  const dns = memory.of(probeName('dns'))[0]
  const answered = dns !== undefined && dns.value !== '?' && dns.at >= now - settings.maxAgeMs
  const { conditions, freezes } = memory.findings
  return {
    domain: domain.name,
    head: state?.head,
    repairRoot: live?.verified === 'no' ? wantedRelease(candidates)?.root : input.targetRoot,
    kept: state?.kept?.release,
    liveSince: memory.live?.since ?? 0,
    candidates,
    update: memory.update && { root: memory.update.root, release: memory.update.release },
    dns: { answered, found: answered && dns.value !== NO_LINK ? dns.value : undefined },
    replicas: replicaFacts(domain, memory, settings, now),
    freezes,
    cleanRounds: memory.cleanRounds(),
    goodSince: conditions.length === 0 ? memory.goodSince() : undefined,
    records: memory.records(now),
    repairsInAll: input.repairsInAll,
    publishBlocked: input.publishBlocked,
    chainReadOnly: input.chainReadOnly,
  }
}
