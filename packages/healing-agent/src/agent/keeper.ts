import type { LeaseHolder } from '../lease/lease-holder.ts'
import { type OwnerState, ownerState } from '../lease/owner-state.ts'
import { parseProcessOwner } from '../lease/process-owner.ts'

/** The agent that has a domain's lease. */
export interface Keeper {
  readonly host: string | null
  readonly pid: number | null
  readonly state: OwnerState
  /** When its lease runs out unless it is renewed, in milliseconds since 1970. */
  readonly until: number
}

/** Who keeps the domain now; `null` when its lease ran out, was given back, or its owner is dead. */
export async function keeperOf(lease: Pick<LeaseHolder, 'holder'>, now: number): Promise<Keeper | null> {
  const holder = await lease.holder()
  if (holder === undefined) return null
  const { owner, until } = holder
  const state = ownerState(owner)
  if (state === 'gone' || (state === 'unknown' && until <= now)) return null
  const { host, pid } = parseProcessOwner(owner) ?? { host: null, pid: null }
  return { host, pid, state, until }
}
