import type { Clock, Lease, LeaseClaim, Leases } from '@domainsync/core'
import { AgentError } from '../act/agent-error.ts'
import { type OwnerState, ownerState } from './owner-state.ts'

/** No lease lasts longer than so many of ours: one that seems to was written while the clock was far ahead. */
const LONGEST_LEASES = 10

/**
 * One agent's right to act for one domain: claimed, renewed while it lasts, claimed again when it was lost. What a dead process of
 * this host left behind is taken over at once; another host's lease is waited for.
 */
export class LeaseHolder {
  readonly #leases: Leases
  readonly #clock: Clock
  readonly #domain: string
  readonly #owner: string
  readonly #durationMs: number
  readonly #stateOf: (owner: string) => OwnerState
  #lease: Lease | undefined

  constructor(domain: string, { leases, clock, owner, durationMs, stateOf = ownerState }: LeaseOptions) {
    this.#domain = domain
    this.#leases = leases
    this.#clock = clock
    this.#owner = owner
    this.#durationMs = durationMs
    this.#stateOf = stateOf
  }

  /** The lease, renewed or claimed; `undefined` while another agent has it. */
  async hold(): Promise<Lease | undefined> {
    const time = { now: this.#clock.now(), durationMs: this.#durationMs }
    if (this.#lease !== undefined) this.#lease = await this.#leases.renew(this.#lease, time)
    if (this.#lease !== undefined) return this.#lease
    const claim = { ...time, owner: this.#owner, limit: 1, domains: [this.#domain] }
    const [claimed] = await this.#leases.claimDue(claim)
    this.#lease = claimed ?? (await this.#takeOver(claim))
    return this.#lease
  }

  /** Who has the domain, as its lease says. */
  holder(): Promise<Lease | undefined> {
    return this.#leases.holder(this.#domain)
  }

  async #takeOver(claim: LeaseClaim): Promise<Lease | undefined> {
    const before = await this.holder()
    if (before === undefined || !this.#isVoid(before, claim.now)) return undefined
    const [taken] = await this.#leases.claimDue({ ...claim, gone: [before.owner] })
    return taken
  }

  #isVoid({ owner, until }: Lease, now: number): boolean {
    const state = this.#stateOf(owner)
    return state === 'gone' || (state === 'unknown' && until - now > LONGEST_LEASES * this.#durationMs)
  }

  /** @throws AgentError `LEASE_LOST` when the lease of that epoch is no longer ours. */
  async require(epoch: number): Promise<void> {
    const lease =
      this.#lease && (await this.#leases.renew(this.#lease, { now: this.#clock.now(), durationMs: this.#durationMs }))
    this.#lease = lease
    if (lease?.epoch === epoch) return
    throw new AgentError('LEASE_LOST', `Another agent took over ${this.#domain}.`, {
      state: 'Nothing was written.',
      retryable: false,
    })
  }

  /** Renews until the signal aborts, so that a long repair does not lose its lease. */
  async keepAlive(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#clock.sleep(this.#durationMs / 3, signal)
        const time = { now: this.#clock.now(), durationMs: this.#durationMs }
        if (this.#lease !== undefined) this.#lease = await this.#leases.renew(this.#lease, time)
      } catch {
        // The store was busy, or the pass ended: what needs the lease asks for it again.
      }
    }
  }

  async release(): Promise<void> {
    const lease = this.#lease
    this.#lease = undefined
    if (lease !== undefined) await this.#leases.release(lease)
  }
}

interface LeaseOptions {
  readonly leases: Leases
  readonly clock: Clock
  readonly owner: string
  readonly durationMs: number
  readonly stateOf?: (owner: string) => OwnerState
}
