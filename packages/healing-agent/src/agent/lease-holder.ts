import type { Clock, Lease, Leases } from '@domainsync/core'
import { AgentError } from '../act/agent-error.ts'

/** One agent's right to act for one domain: claimed, renewed while it lasts, claimed again when it was lost. */
export class LeaseHolder {
  readonly #leases: Leases
  readonly #clock: Clock
  readonly #domain: string
  readonly #owner: string
  readonly #durationMs: number
  #lease: Lease | undefined

  constructor(domain: string, { leases, clock, owner, durationMs }: LeaseOptions) {
    this.#domain = domain
    this.#leases = leases
    this.#clock = clock
    this.#owner = owner
    this.#durationMs = durationMs
  }

  /** The lease, renewed or claimed; `undefined` while another agent has it. */
  async hold(): Promise<Lease | undefined> {
    const time = { now: this.#clock.now(), durationMs: this.#durationMs }
    if (this.#lease !== undefined) this.#lease = await this.#leases.renew(this.#lease, time)
    if (this.#lease !== undefined) return this.#lease
    const [claimed] = await this.#leases.claimDue({ ...time, owner: this.#owner, limit: 1, domains: [this.#domain] })
    this.#lease = claimed
    return claimed
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
}
