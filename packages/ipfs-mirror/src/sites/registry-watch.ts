import { type CallOptions, type Chain, type DomainName, type DomainState, errorCode } from '@domainsync/core'
import { base32 } from 'multiformats/bases/base32'
import type { CID } from 'multiformats/cid'
import { type Hint, LookCadence } from './look-cadence.ts'
import { pauseUntil } from './pause-until.ts'
import { WatchedDomain } from './watched-domain.ts'

/** Chain id of development chains: they make no block while nothing happens, so a block's age says nothing. */
const DEVELOPMENT_CHAIN_ID = 31337
/** Time for one answer of the chain, in milliseconds. */
const LOOK_TIMEOUT_MS = 10_000
/** After the past could not be read, in milliseconds: operators that limit ranges need many requests for it. */
const PAST_AGAIN_MS = 10_000

export interface RegistryWatchOptions {
  readonly chainId: number
  /** The quorum that says what is live. */
  readonly chain: Chain
  readonly domains: readonly DomainName[]
  /** Pause between two looks at the chain while nothing is expected, in milliseconds. */
  readonly refreshEveryMs: number
  /** One line for a person when something cannot be read, or can again. */
  readonly onEvent?: ((line: string) => void) | undefined
}

/** What is known of a domain. */
export interface DomainView {
  /** `undefined` when the name is not registered. */
  readonly state: DomainState | undefined
  /** How long ago that was true, in milliseconds. */
  readonly ageMs: number
}

/** What the registry says of some domains, kept up with by looking again and again. */
export interface RegistryWatch {
  readonly domains: readonly DomainName[]
  /** `undefined` before the domain was read. */
  view(domain: DomainName): DomainView | undefined
  /** Roots (base32) that are quarantined in one of the domains, in the ring or not; `undefined` until that is known of all. */
  condemned(): { readonly roots: ReadonlySet<string>; readonly ageMs: number } | undefined
  /** Takes a hint that the live release may be about to become this one. */
  hint(root: CID, hint: Hint): void
  /** Calls back after each look, whatever came of it. */
  onLook(listener: () => void): Disposable
  /** Begins to look; disposing ends it. */
  run(signal: AbortSignal): AsyncDisposable
}

/**
 * Follows the registry by asking for the newest block alone: the domains are read when that is another one, their events when
 * they changed. Looks come every `refreshEveryMs`, and sooner while a change is expected.
 */
export function createRegistryWatch(options: RegistryWatchOptions): RegistryWatch {
  return new PollingWatch(options)
}

class PollingWatch implements RegistryWatch {
  readonly domains: readonly DomainName[]
  readonly #options: RegistryWatchOptions
  readonly #watched: ReadonlyMap<DomainName, WatchedDomain>
  readonly #listeners = new Set<() => void>()
  readonly #cadence: LookCadence
  /** What was said last about each matter. */
  readonly #said = new Map<string, string>()
  #wake = Promise.withResolvers<void>()
  #readingPasts: Promise<void> | undefined
  #pastsNotBefore = 0

  constructor(options: RegistryWatchOptions) {
    const { chain, domains, refreshEveryMs } = options
    this.#options = options
    this.domains = domains
    this.#watched = new Map(domains.map((name) => [name, new WatchedDomain(name, chain)]))
    this.#cadence = new LookCadence(refreshEveryMs)
  }

  view(domain: DomainName): DomainView | undefined {
    const watched = this.#watched.get(domain)
    if (watched === undefined || watched.state === 'unread') return undefined
    return { state: watched.state, ageMs: ageMs(watched) }
  }

  condemned(): { roots: ReadonlySet<string>; ageMs: number } | undefined {
    const roots = new Set<string>()
    let oldestMs = 0
    for (const watched of this.#watched.values()) {
      const known = watched.condemned()
      if (known === undefined) return undefined
      for (const root of known) roots.add(root)
      oldestMs = Math.max(oldestMs, ageMs(watched))
    }
    return { roots, ageMs: oldestMs }
  }

  hint(root: CID, hint: Hint): void {
    const text = root.toV1().toString(base32)
    if ([...this.#watched.values()].some(({ live }) => live === text)) return
    if (this.#cadence.expect(text, { hint, now: performance.now() })) this.#wake.resolve()
  }

  onLook(listener: () => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  run(signal: AbortSignal): AsyncDisposable {
    const stop = new AbortController()
    const done = this.#loop(AbortSignal.any([signal, stop.signal]))
    return {
      async [Symbol.asyncDispose]() {
        stop.abort()
        await done
      },
    }
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look({ signal, timeoutMs: LOOK_TIMEOUT_MS })
      for (const listener of this.#listeners) listener()
      await pauseUntil(this.#wake.promise, { durationMs: this.#cadence.pauseMs(performance.now()), signal })
      this.#wake = Promise.withResolvers()
    }
    await this.#readingPasts
  }

  async #look(call: CallOptions): Promise<void> {
    const { chain, chainId } = this.#options
    const block = await this.#attempt('chain', call, () => chain.block('latest', call))
    if (block === undefined) return
    const knownAt = chainId === DEVELOPMENT_CHAIN_ID ? Date.now() : block.timestamp * 1000
    await Promise.all(
      [...this.#watched.values()].map(async (watched) => {
        await this.#attempt(watched.name, call, () => watched.read(block, { ...call, knownAt }))
        if (watched.live !== undefined) this.#cadence.arrived(watched.live)
      }),
    )
    if (performance.now() < this.#pastsNotBefore) return
    // Not waited for: where operators limit ranges, a first reading takes long.
    this.#readingPasts ??= this.#readPasts(call).finally(() => {
      this.#readingPasts = undefined
    })
  }

  async #readPasts(call: CallOptions): Promise<void> {
    for (const watched of this.#watched.values()) {
      const done = await this.#attempt(`${watched.name}, events`, call, async () => {
        await watched.readPast(call)
        return true
      })
      if (!done) this.#pastsNotBefore = performance.now() + PAST_AGAIN_MS
    }
  }

  /** `undefined` when it failed, which is said once. */
  async #attempt<T>(matter: string, { signal }: CallOptions, read: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await read()
      if (this.#said.delete(matter)) this.#options.onEvent?.(`${matter}: can be read again`)
      return answer
    } catch (error) {
      const code = errorCode(error)
      if (signal?.aborted || this.#said.get(matter) === code) return undefined
      this.#said.set(matter, code)
      this.#options.onEvent?.(`${matter}: cannot be read: ${code}`)
      return undefined
    }
  }
}

function ageMs({ knownAt }: WatchedDomain): number {
  return Math.max(0, Date.now() - knownAt)
}
