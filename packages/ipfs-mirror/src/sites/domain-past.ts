import type { CallOptions, Chain, DomainName, RegistryEvent } from '@domainsync/core'
import { foldHistory } from '@domainsync/sdk'
import { base32 } from 'multiformats/bases/base32'

/** Blocks below the last one read that are read again: a reorganisation may have changed them. */
const REREAD_BLOCKS = 64

/** A domain's quarantined roots, also those that the registry no longer holds. Its events are kept, and read on from there. */
export class DomainPast {
  readonly #chain: Chain
  readonly #domain: DomainName
  #events: readonly RegistryEvent[] = []
  #readTo = -1
  #seq: number | undefined
  #condemned: ReadonlySet<string> | undefined

  constructor(chain: Chain, domain: DomainName) {
    this.#chain = chain
    this.#domain = domain
  }

  /** Roots of quarantined releases, base32; `undefined` before the first reading. */
  get condemned(): ReadonlySet<string> | undefined {
    return this.#condemned
  }

  /** True when nothing can have happened since the events were read: every change of a domain raises its `seq`. */
  covers(seq: number): boolean {
    return this.#seq === seq
  }

  /**
   * Reads on up to a block, where the domain's fence is `seq`.
   *
   * @throws ChainError, DomainSyncError `HISTORY_INCOMPLETE`; what was read before stays
   */
  async readOn({ block, seq }: { block: number; seq: number }, call: CallOptions): Promise<void> {
    // A lower block than before: another chain.
    const from = block < this.#readTo ? 0 : Math.max(0, this.#readTo + 1 - REREAD_BLOCKS)
    const events = this.#events.filter((event) => event.block.number < from)
    for await (const event of this.#chain.events(this.#domain, { from, to: block }, call)) events.push(event)
    this.#condemned = condemnedIn(events)
    this.#events = events
    this.#readTo = block
    this.#seq = seq
  }
}

function condemnedIn(events: readonly RegistryEvent[]): ReadonlySet<string> {
  const { releases } = foldHistory(events)
  return new Set(releases.filter(({ stable }) => !stable).map(({ root }) => root.toString(base32)))
}
