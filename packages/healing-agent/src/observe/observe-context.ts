import type { Clock, Observation, ProbeStatus } from '@domainsync/core'

/** What every probe needs to make an observation. */
export interface ObserveContext {
  readonly domain: string
  /** From where this agent looks. */
  readonly vantage: string
  readonly clock: Clock
  /** Time for one probe, in milliseconds; no answer in it is unknown. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface Seen {
  readonly status: ProbeStatus
  readonly value: string
  readonly evidence: string
}

export function observed({ domain, vantage, clock }: ObserveContext, probe: string, seen: Seen): Observation {
  return { domain, probe, vantage, at: clock.now(), ...seen }
}
