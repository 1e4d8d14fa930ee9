import type { DomainState, Findings, Observation, Operation } from '@domainsync/core'
import { isHold } from '../act/publish-hold.ts'
import type { AgentDomain } from '../agent-domain.ts'
import { checkedFreezes } from '../approve/checked-freezes.ts'
import { diagnose } from '../diagnose/diagnose.ts'
import type { Action } from '../plan/action.ts'
import { APPROVED, recordObservation } from '../plan/action-record.ts'
import { warningMessage } from '../plan/messages.ts'
import { type Plan, plan } from '../plan/plan.ts'
import type { Candidate } from '../plan/plan-state.ts'
import { keyWarnings, type Warning, whyReadOnly } from './agent-key.ts'
import type { AgentPorts } from './agent-ports.ts'
import type { AgentSettings } from './agent-settings.ts'
import type { DomainMemory } from './domain-memory.ts'
import type { Target } from './look.ts'
import { nextIncident } from './next-incident.ts'
import { planStateOf } from './plan-state-of.ts'
import { probesOf } from './probe-list.ts'

/** What one pass saw, on which it decides. */
export interface DecideInput {
  readonly domain: AgentDomain
  readonly memory: DomainMemory
  readonly settings: AgentSettings
  readonly ports: Pick<AgentPorts, 'network' | 'transactor' | 'healer'>
  readonly state: DomainState | undefined
  readonly target: Target | undefined
  readonly candidates: readonly Candidate[]
  /** Operations of the journal. */
  readonly running: readonly Operation[]
  readonly repairsInAll: number
  readonly now: number
}

/** What one pass decided. */
export interface Decision {
  readonly findings: Findings
  readonly plan: Plan
  /** The plan's actions, and the messages beside it. */
  readonly actions: readonly Action[]
  readonly warnings: readonly Warning[]
  /** That a person approved a freeze; to be remembered. */
  readonly approvals: readonly Observation[]
}

/** From what was observed to what is done about it. The memory gets the approvals and the new findings. */
export function decide(input: DecideInput): Decision {
  const { domain, memory, settings, ports, state, target, running, now } = input
  const before = memory.findings
  const { maxAgeMs, vantages } = settings
  const liveSince = memory.live?.since ?? 0
  const context = {
    domain: domain.name,
    probes: probesOf(domain),
    open: before.conditions,
    liveSince,
    vantages,
    maxAgeMs,
  }
  const conditions = diagnose(memory.all(), context, now)
  const incident = nextIncident(before.incident, conditions, { domain: domain.name, now })
  const freezes = checkedFreezes(before.freezes, { place: ports.network, trust: state?.nextTrust })
  const approvals = freezes
    .filter(({ thawSignature }) => thawSignature !== undefined)
    .map(({ id }) =>
      recordObservation(domain.name, { kind: APPROVED, subject: id, at: now, ok: true }, 'A person approved.'),
    )
  memory.add(approvals)
  memory.findings = { ...before, conditions, incident, freezes }
  const planState = planStateOf({
    ...input,
    targetRoot: target && `${target.root}`,
    publishBlocked: running.some(isHold),
    chainReadOnly: whyReadOnly(ports, state),
  })
  const decided = plan(conditions, planState, { now, settings })
  memory.findings = { ...memory.findings, freezes: decided.freezes }
  const warnings = keyWarnings(ports.healer, state)
  const warned = warnings.flatMap((warning) => warningMessage(domain.name, warning, memory.records(now)) ?? [])
  const actions = [...decided.actions, ...warned, ...healedBy(before, memory.findings)]
  return { findings: memory.findings, plan: decided, actions, warnings, approvals }
}

/** The word that an incident is over. */
function healedBy(before: Findings, { incident, domain }: Findings): Action[] {
  if (incident?.closedAt === undefined || before.incident?.closedAt !== undefined || before.incident === undefined)
    return []
  const seconds = Math.round((incident.closedAt - incident.firstBadAt) / 1_000)
  const text = `From the first bad to the third good answer: ${seconds} s.`
  return [{ kind: 'notify', key: `${incident.id}/closed`, severity: 'info', title: `${domain}: healed`, text }]
}
