/** What registrars have signed elsewhere, and until when it is good. */
export interface Attested {
  /** Seconds since 1970. Every registrar signs the same. */
  readonly deadline: number
  readonly attestations: readonly string[]
}

/** How long a registrar's attestation is good, in seconds. */
const LIFETIME_S = 3_600

/** Nobody has signed yet. */
export function attestedNow(): Attested {
  return { deadline: Math.floor(Date.now() / 1_000) + LIFETIME_S, attestations: [] }
}
