/** The right to act for one domain, for a while. The epoch rises with every new owner and stands in every write. */
export interface Lease {
  readonly domain: string
  readonly owner: string
  readonly epoch: number
  /** Milliseconds since 1970. */
  readonly until: number
}

/** Hands out domains that are due; one owner each. */
export interface Leases {
  claimDue(claim: {
    owner: string
    now: number
    durationMs: number
    limit: number
    domains?: readonly string[]
  }): Promise<readonly Lease[]>
  /** `undefined` when the lease was lost. */
  renew(lease: Lease, extension: { now: number; durationMs: number }): Promise<Lease | undefined>
  release(lease: Lease, nextDueAt?: number): Promise<void>
}
