import {
  type CallOptions,
  type Chain,
  type ChainBlock,
  type DomainName,
  type DomainState,
  rootFromHash,
} from '@domainsync/core'
import { base32 } from 'multiformats/bases/base32'
import { DomainPast } from './domain-past.ts'

/** What is known of one domain, and since when. */
export class WatchedDomain {
  readonly name: DomainName
  readonly #chain: Chain
  readonly #past: DomainPast
  #state: DomainState | undefined | 'unread' = 'unread'
  #block: ChainBlock | undefined
  #knownAt = Number.NEGATIVE_INFINITY

  constructor(name: DomainName, chain: Chain) {
    this.name = name
    this.#chain = chain
    this.#past = new DomainPast(chain, name)
  }

  /** `'unread'` before the first reading, `undefined` when the name is not registered. */
  get state(): DomainState | undefined | 'unread' {
    return this.#state
  }

  /** When what is known was true, in milliseconds since 1970. */
  get knownAt(): number {
    return this.#knownAt
  }

  /** The live root, base32. */
  get live(): string | undefined {
    return this.#read === undefined ? undefined : base32Root(this.#read.head.ipfsHash)
  }

  /** Roots (base32) that are quarantined now, in the ring or not; `undefined` until all of them are known. */
  condemned(): ReadonlySet<string> | undefined {
    if (this.#past.condemned === undefined) return undefined
    // The state may be newer than the events.
    const unstable = this.#read?.releases.filter(({ stable }) => !stable) ?? []
    return new Set([...this.#past.condemned, ...unstable.map(({ ipfsHash }) => base32Root(ipfsHash))])
  }

  /**
   * Reads the domain, unless it was read at this block already.
   *
   * @throws ChainError; what is known then stays
   */
  async read(block: ChainBlock, { knownAt, ...call }: CallOptions & { knownAt: number }): Promise<void> {
    if (block.hash !== this.#block?.hash) this.#state = await this.#chain.domain(this.name, block, call)
    this.#block = block
    this.#knownAt = knownAt
  }

  /**
   * Reads the domain's past, as far as it has changed since it was read last.
   *
   * @throws ChainError; what is known then stays
   */
  async readPast(call: CallOptions): Promise<void> {
    const [block, state] = [this.#block, this.#read]
    if (block !== undefined && !this.#past.covers(state)) await this.#past.readOn(block.number, state, call)
  }

  get #read(): DomainState | undefined {
    return this.#state === 'unread' ? undefined : this.#state
  }
}

function base32Root(ipfsHash: DomainState['head']['ipfsHash']): string {
  return rootFromHash(ipfsHash).toString(base32)
}
