import { PLAN_DEFAULTS, type PlanSettings } from '../plan/plan-settings.ts'

/** How often and how patiently the agent looks; the limits of what it may do are the plan's. */
export interface AgentSettings extends PlanSettings {
  /** Default cadence of a probe, in milliseconds. Default 30 s. */
  readonly probeEveryMs: number
  /** Time for one probe, in milliseconds. Default 10 s. */
  readonly probeTimeoutMs: number
  /** Time for reading a release and verifying it, in milliseconds; unknown after that. Default 2 minutes. */
  readonly verifyTimeoutMs: number
  /** Blocks are read back from every replica this often, in milliseconds. Default 10 minutes. */
  readonly proveEveryMs: number
  /** How often events of the registry are looked for between passes, in milliseconds. Default 5 s. */
  readonly eventsEveryMs: number
  /** Answers older than this are unknown, in milliseconds. Default: 20 cadences, at least 10 minutes. */
  readonly maxAgeMs: number
  /** How long DNS may still say the release before after a change, besides its TTL, in milliseconds. Default 60 s. */
  readonly dnsSettleMs: number
  /** Blocks below the head at which permissions are read. Default 0 (chain 31337); set it for a public chain. */
  readonly safeDepth: number
  /** Time for one action, uploads included, in milliseconds. Default 10 minutes. */
  readonly actionTimeoutMs: number
  /** Length of a lease on a domain, renewed while the agent lives, in milliseconds. Default 1 minute. */
  readonly leaseMs: number
  /** From how many places evidence is gathered. Default 1. */
  readonly vantages: number
}

/** The settings with everything that was not given at its default. */
export function resolveSettings(given: Partial<AgentSettings> = {}): AgentSettings {
  const probeEveryMs = given.probeEveryMs ?? 30_000
  return {
    ...PLAN_DEFAULTS,
    probeEveryMs,
    probeTimeoutMs: 10_000,
    verifyTimeoutMs: 120_000,
    proveEveryMs: Math.max(600_000, probeEveryMs),
    eventsEveryMs: Math.min(5_000, probeEveryMs),
    maxAgeMs: Math.max(20 * probeEveryMs, 600_000),
    dnsSettleMs: 60_000,
    safeDepth: 0,
    actionTimeoutMs: 600_000,
    leaseMs: 60_000,
    vantages: 1,
    ...given,
  }
}
