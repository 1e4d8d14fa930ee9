import type { DomainName } from '@domainsync/core'

/** Pause after the first look that fetched for nothing, in milliseconds. It doubles with each further one. */
export const FIRST_PAUSE_MS = 60_000
/** Longest pause, in milliseconds. */
export const LONGEST_PAUSE_MS = 60 * 60_000

/** What a look at a domain fetched and a quota then refused. */
export interface Vain {
  readonly code: string
  readonly message: string
  /** It was the live release. */
  readonly isLive: boolean
}

interface Pause extends Vain {
  readonly pauseMs: number
  readonly endAt: number
}

/**
 * Which domains wait because what was fetched for them was too much: every event would else make a mirror fetch that much
 * again, and a transaction is cheaper than a gigabyte.
 */
export class QuotaPauses {
  readonly #now: () => number
  readonly #pauses = new Map<DomainName, Pause>()

  /** `now` in milliseconds. */
  constructor(now = () => performance.now()) {
    this.#now = now
  }

  /** Why the domain waits; `undefined` when it does not. */
  of(domain: DomainName): Vain | undefined {
    const pause = this.#pauses.get(domain)
    return pause && this.#now() < pause.endAt ? pause : undefined
  }

  /** Takes note of a look that fetched something for nothing, or, without it, of one that left nothing refused. */
  note(domain: DomainName, vain: Vain | undefined): void {
    if (vain === undefined) return void this.#pauses.delete(domain)
    const before = this.#pauses.get(domain)
    const pauseMs = Math.min(LONGEST_PAUSE_MS, before ? before.pauseMs * 2 : FIRST_PAUSE_MS)
    this.#pauses.set(domain, { ...vain, pauseMs, endAt: this.#now() + pauseMs })
  }
}
