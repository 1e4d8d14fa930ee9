import type { AgentDomain } from '../agent-domain.ts'
import { type ObserveContext, observed } from '../observe/observe-context.ts'
import { PROBE_CONDITIONS, parseProbeName } from '../observe/probe-name.ts'
import type { Plan } from '../plan/plan.ts'
import { nextProbeAt } from '../schedule/next-probe.ts'
import type { AgentSettings } from './agent-settings.ts'
import type { DomainMemory } from './domain-memory.ts'
import { probesOf } from './probe-list.ts'

/** What of a domain decides when it is looked at. */
export interface Scheduled {
  readonly domain: AgentDomain
  readonly memory: DomainMemory
  readonly settings: AgentSettings
}

/** When a probe is due, in milliseconds since 1970. What is counted from other probes has no time of its own. */
export function dueAt(probe: string, { memory, settings }: Omit<Scheduled, 'domain'>): number {
  const parsed = parseProbeName(probe)
  if (parsed === undefined || parsed.kind === 'content') return Number.POSITIVE_INFINITY
  const type = PROBE_CONDITIONS[parsed.kind]
  const open = memory.findings.conditions.some((one) => one.type === type && one.subject === parsed.subject)
  const { probeEveryMs } = settings
  const liveSince = memory.live?.since ?? 0
  return nextProbeAt(probe, memory.of(probe), { probeEveryMs, open, liveSince, actedAt: memory.actedAt })
}

/** A probe that was due and could not be asked is unknown for now; it comes up again a cadence later. */
export function markSkipped(
  scheduled: Scheduled,
  { startedAt, context }: { startedAt: number; context: ObserveContext },
): void {
  for (const probe of probesOf(scheduled.domain)) {
    if (dueAt(probe, scheduled) > startedAt) continue
    const seen = { status: 'unknown', value: '?', evidence: 'It could not be asked in this pass.' } as const
    scheduled.memory.add([observed(context, probe, seen)])
  }
}

/** When the domain is passed next: the earliest probe, or the end of a pause in a ladder. */
export function nextPassAt(
  scheduled: Scheduled,
  { plan, now, held, idle }: { plan: Plan; now: number; held: boolean; idle: boolean },
): number {
  const { domain, settings } = scheduled
  // Another agent has the domain: look again when its lease may have run out.
  if (held) return now + settings.leaseMs / 2
  if (idle) return now + settings.probeEveryMs
  const pauses = plan.ladders.flatMap(({ position }) => (position.kind === 'wait' ? [position.until] : []))
  const probes = probesOf(domain).map((probe) => dueAt(probe, scheduled))
  return Math.max(now, Math.min(...probes, ...pauses, now + settings.probeEveryMs))
}
