import type { Condition } from '@domainsync/core'
import type { AgentDomain } from '../agent-domain.ts'
import { type ObserveContext, observed } from '../observe/observe-context.ts'
import { PROBE_CONDITIONS, parseProbeName } from '../observe/probe-name.ts'
import type { Plan } from '../plan/plan.ts'
import { type NextProbe, nextProbe } from '../schedule/next-probe.ts'
import type { AgentSettings } from './agent-settings.ts'
import type { DomainMemory } from './domain-memory.ts'
import { probesOf } from './probe-list.ts'

/** A pause in a ladder is worth waiting for in one run up to this long, in milliseconds. */
const SHORT_PAUSE_MS = 15_000

/** What of a domain decides when it is looked at. */
export interface Scheduled {
  readonly domain: AgentDomain
  readonly memory: DomainMemory
  readonly settings: AgentSettings
}

/** When a domain is passed next. */
export interface NextPass {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Something is being confirmed, or a repair comes soon: the findings are not final. */
  readonly underWay: boolean
}

/** When a probe is due, in milliseconds since 1970. */
export function dueAt(probe: string, scheduled: Omit<Scheduled, 'domain'>): number {
  return next(probe, scheduled).at
}

/** What is counted from other probes has no time of its own. */
function next(probe: string, { memory, settings }: Omit<Scheduled, 'domain'>): NextProbe {
  const parsed = parseProbeName(probe)
  if (parsed === undefined || parsed.kind === 'content') return { at: Number.POSITIVE_INFINITY, early: false }
  const isOpen = ({ type, subject }: Condition) =>
    (type === PROBE_CONDITIONS[parsed.kind] && subject === parsed.subject) ||
    // Its end is counted from the copies: one that is back is confirmed as if it had been missed itself.
    (type === 'ContentAtRisk' && parsed.kind === 'replica')
  const open = memory.findings.conditions.some(isOpen)
  const { probeEveryMs, dnsSettleMs } = settings
  const { since: liveSince = 0, witnessed = false } = memory.live ?? {}
  const settlesAt = witnessed ? liveSince + dnsSettleMs : 0
  return nextProbe(probe, memory.of(probe), { probeEveryMs, open, liveSince, settlesAt, actedAt: memory.actedAt })
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

/** The earliest probe, or the end of a pause in a ladder. */
export function nextPassAt(
  scheduled: Scheduled,
  { plan, now, held, idle }: { plan: Plan; now: number; held: boolean; idle: boolean },
): NextPass {
  const { domain, settings } = scheduled
  // Another agent has the domain: look again when its lease may have run out.
  if (held) return { at: now + settings.leaseMs / 2, underWay: false }
  if (idle) return { at: now + settings.probeEveryMs, underWay: false }
  const pauses = plan.ladders.flatMap(({ position }) => (position.kind === 'wait' ? [position.until] : []))
  const probes = probesOf(domain).map((probe) => next(probe, scheduled))
  const at = Math.max(now, Math.min(...probes.map((one) => one.at), ...pauses, now + settings.probeEveryMs))
  const underWay = probes.some(({ early }) => early) || pauses.some((until) => until - now < SHORT_PAUSE_MS)
  return { at, underWay }
}
