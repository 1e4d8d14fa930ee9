import type { CallOptions, Chain, DomainName, DomainState, RegistryEvent } from '@domainsync/core'
import { foldHistory, requireWholeHistory } from '@domainsync/sdk'
import { base32 } from 'multiformats/bases/base32'

/** Blocks below the last one read that are read again: a reorganisation may have changed them. */
const REREAD_BLOCKS = 64

/** A domain's quarantined roots, also those that the registry no longer holds. Its events are kept, and read on from there. */
export class DomainPast {
  readonly #chain: Chain
  readonly #domain: DomainName
  #events: readonly RegistryEvent[] = []
  #readTo: number | undefined
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
  covers(state: DomainState | undefined): boolean {
    return this.#condemned !== undefined && this.#seq === state?.head.seq
  }

  /**
   * Reads on up to a block, where the domain's state is this one.
   *
   * @throws ChainError, DomainSyncError `HISTORY_INCOMPLETE`; what was read before stays
   */
  async readOn(block: number, state: DomainState | undefined, call: CallOptions): Promise<void> {
    const first = this.#chain.firstBlock ?? 0
    // A lower block than before: another chain.
    const isOn = this.#readTo !== undefined && block >= this.#readTo
    const from = isOn ? Math.max(first, this.#readTo! + 1 - REREAD_BLOCKS) : first
    const events = this.#events.filter((event) => event.block.number < from)
    for await (const event of this.#chain.events(this.#domain, { from, to: block }, call)) events.push(event)
    if (state !== undefined) requireWholeHistory(events, { domain: this.#domain, fromBlock: first })
    this.#condemned = condemnedIn(events)
    this.#events = events
    this.#readTo = block
    this.#seq = state?.head.seq
  }
}

function condemnedIn(events: readonly RegistryEvent[]): ReadonlySet<string> {
  const { releases } = foldHistory(events)
  return new Set(releases.filter(({ stable }) => !stable).map(({ root }) => root.toString(base32)))
}
