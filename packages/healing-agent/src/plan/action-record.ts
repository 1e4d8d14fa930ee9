import type { Observation } from '@domainsync/core'

/** An action that was tried. Tries count whether they worked or not, so a cap also holds for a failing repair. */
export interface ActionRecord {
  /** An `ActionKind` or {@link APPROVED}; a string, because it comes back from the store. */
  readonly kind: string
  readonly subject: string
  /** When it ended, in milliseconds since 1970. */
  readonly at: number
  readonly ok: boolean
}

/** Probe name under which the agent's own acts stand in the history. */
export const ACTION_PROBE = 'action'

/** Kind of the record that a person approved a freeze: tries before it no longer count. */
export const APPROVED = 'approved'

/** When a person last approved, in milliseconds since 1970. */
export function approvedAt(records: readonly ActionRecord[]): number {
  return Math.max(Number.NEGATIVE_INFINITY, ...records.filter(({ kind }) => kind === APPROVED).map(({ at }) => at))
}

/** A record as an observation of ourselves: the history is the agent's only memory, so caps outlive a restart. */
export function recordObservation(
  domain: string,
  { kind, subject, at, ok }: ActionRecord,
  evidence: string,
): Observation {
  const value = `${kind} ${subject}`.trim()
  // The store keeps one observation per probe, vantage and millisecond; several actions may share one.
  return { domain, probe: ACTION_PROBE, vantage: value, at, status: ok ? 'good' : 'bad', value, evidence }
}

export function recordFromObservation({ probe, at, status, value }: Observation): ActionRecord | undefined {
  if (probe !== ACTION_PROBE) return undefined
  const space = value.indexOf(' ')
  const kind = space === -1 ? value : value.slice(0, space)
  return { kind, subject: space === -1 ? '' : value.slice(space + 1), at, ok: status === 'good' }
}
