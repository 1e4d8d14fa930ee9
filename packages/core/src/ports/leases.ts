/** The right to act for one domain, for a while. The epoch rises with every new owner and stands in every write. */
export interface Lease {
  readonly domain: string
  readonly owner: string
  readonly epoch: number
  /** Milliseconds since 1970. */
  readonly until: number
}

/** Who asks for what. */
export interface LeaseClaim {
  readonly owner: string
  readonly now: number
  readonly durationMs: number
  readonly limit: number
  /** Only these, made known when they are not; all that are known by default. */
  readonly domains?: readonly string[]
  /** Owners that are known to be dead: their leases count as run out. An owner's name must never come back. */
  readonly gone?: readonly string[]
}

/** Hands out domains that are due; one owner each. */
export interface Leases {
  /** Each lease handed out has an epoch above every earlier one of its domain. */
  claimDue(claim: LeaseClaim): Promise<readonly Lease[]>
  /** The lease handed out last that was not given back, run out or not. */
  holder(domain: string): Promise<Lease | undefined>
  /** `undefined` when the lease was lost. */
  renew(lease: Lease, extension: { now: number; durationMs: number }): Promise<Lease | undefined>
  release(lease: Lease, nextDueAt?: number): Promise<void>
}
