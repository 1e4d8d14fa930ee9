import { join } from 'node:path'
import {
  type Address,
  type BlockSource,
  type Bytes32,
  type CallOptions,
  type Chain,
  type DomainName,
  DomainSyncError,
  errorCode,
} from '@domainsync/core'
import { firstOf, type VerifyRootInput } from '@domainsync/sdk'
import { pauseUntil } from '../sites/pause-until.ts'
import type { BlockStore } from '../store/block-store.ts'
import { StoreError } from '../store/store-error.ts'
import { FollowError } from './follow-error.ts'
import type { FollowEvent, FollowProgress } from './follow-event.ts'
import { DEFAULT_FOLLOW_QUOTAS, type FollowQuotas } from './follow-quotas.ts'
import { FollowRecord } from './follow-record.ts'
import { type MirrorContext, type MirroredDomain, mirrorDomain } from './mirror-domain.ts'
import { QuotaPauses } from './quota-pauses.ts'

/** Pause between two looks at the chain, in milliseconds. */
export const FOLLOW_EVERY_MS = 5_000
/** Longest that one release is fetched while others wait, in milliseconds. */
export const FOLLOW_SLICE_MS = 10 * 60_000
/** Longest pause before what is missing is tried again though nothing happened, in milliseconds. */
const MAX_RETRY_PAUSE_MS = 10 * 60_000

export interface FollowOptions {
  readonly chainId: number
  readonly registry: Address
  /** The quorum that says what there is. */
  readonly chain: Chain
  /** The domains to mirror, and no others. */
  readonly domains: readonly DomainName[]
  /** Folder of what the mirror remembers. */
  readonly folder: string
  /** Its blocks; nobody else pins roots there. */
  readonly store: BlockStore
  /** Where blocks come from: gateways behind `createReader`. */
  readonly source: BlockSource
  /** Default {@link DEFAULT_FOLLOW_QUOTAS}. */
  readonly quotas?: Partial<FollowQuotas> | undefined
  /** Default {@link FOLLOW_EVERY_MS}. */
  readonly everyMs?: number | undefined
  /** Default {@link FOLLOW_SLICE_MS}. */
  readonly sliceMs?: number | undefined
  /** SHA-256 of the release key that a domain's live release has to lead to, where the reader pinned one. */
  readonly pinnedKeys?: Readonly<Record<string, Bytes32>> | undefined
  readonly verifyMlDsa?: VerifyRootInput['verifyMlDsa']
  readonly onEvent?: ((event: FollowEvent) => void) | undefined
  readonly onProgress?: ((progress: FollowProgress) => void) | undefined
}

/** What a look found. */
export interface FollowReport {
  readonly domains: readonly MirroredDomain[]
  /** Domains that could not be looked at, or not to the end; what is held of them stays. */
  readonly failures: readonly { readonly domain: DomainName; readonly error: unknown }[]
}

/** A mirror of some domains' releases. */
export interface Follower {
  /** Domains that the folder holds from before and that are not followed now. */
  readonly others: readonly string[]
  /** Brings every domain in step with the registry, once. */
  look(options?: CallOptions): Promise<FollowReport>
  /** What is known without looking. */
  known(): FollowReport
  /** Looks again and again until the signal is aborted; failures are events. */
  run(signal: AbortSignal): Promise<void>
  /**
   * Lets go of the domains that are not followed: of nothing while one that is has no registration, which a misspelt name has not
   * either.
   *
   * @throws FollowError `FOLLOW_NOT_REGISTERED`; ChainError
   */
  dropOthers(options?: CallOptions): Promise<void>
}

/**
 * Mirrors the live, kept and ring releases of domains that somebody else publishes: the registry says which, both signatures and
 * every block are verified, and quotas bound what a hostile publisher can make it fetch.
 *
 * @throws FollowError `FOLLOW_RECORD_MALFORMED`, `FOLLOW_OTHER_REGISTRY`
 */
export async function createFollower(options: FollowOptions): Promise<Follower> {
  const { chainId, registry, folder } = options
  const record = await FollowRecord.open(join(folder, 'follow.json'), { chainId, registry })
  return new PollingFollower(options, record)
}

interface Retry {
  readonly notBefore: number
  readonly pauseMs: number
}

class PollingFollower implements Follower {
  readonly #options: FollowOptions
  readonly #context: MirrorContext
  readonly #everyMs: number
  readonly #known = new Map<DomainName, MirroredDomain>()
  readonly #retries = new Map<DomainName, Retry>()
  /** What was said last of each domain that could not be looked at. */
  readonly #said = new Map<DomainName, string>()
  /** What the store, or its disk, did to each domain that waits for it to be mended. */
  readonly #broken = new Map<DomainName, StoreError>()

  constructor(options: FollowOptions, record: FollowRecord) {
    const { store, source, quotas, everyMs = FOLLOW_EVERY_MS, sliceMs = FOLLOW_SLICE_MS } = options
    this.#options = options
    this.#everyMs = everyMs
    this.#context = {
      ...options,
      record,
      sliceMs,
      source: firstOf([store, source]),
      quotas: { ...DEFAULT_FOLLOW_QUOTAS, ...quotas },
      pinnedKeys: options.pinnedKeys ?? {},
      pauses: new QuotaPauses(),
      onEvent: options.onEvent ?? (() => {}),
    }
  }

  get others(): readonly string[] {
    const followed: readonly string[] = this.#options.domains
    return this.#context.record.domains.filter((name) => !followed.includes(name))
  }

  async look(call: CallOptions = {}): Promise<FollowReport> {
    const { chain, domains } = this.#options
    const block = await chain.block('latest', call)
    const failures: { domain: DomainName; error: unknown }[] = []
    // One after the other: what one domain's publisher sends never takes the room or the line of two.
    for (const domain of domains) {
      try {
        const known = this.#known.get(domain)
        const retry = performance.now() >= (this.#retries.get(domain)?.notBefore ?? 0)
        const broken = retry ? undefined : this.#broken.get(domain)
        if (broken !== undefined) throw broken
        const mirrored = await mirrorDomain(domain, { block, known, retry, context: this.#context, ...call })
        this.#said.delete(domain)
        this.#broken.delete(domain)
        this.#known.set(domain, mirrored)
        if (mirrored !== known) this.#planRetry(mirrored)
      } catch (error) {
        call.signal?.throwIfAborted()
        failures.push({ domain, error })
        this.#sayFailed(domain, error)
        if (error instanceof StoreError && this.#broken.get(domain) !== error) {
          this.#broken.set(domain, error)
          this.#pause(domain)
        }
      }
    }
    return { ...this.known(), failures }
  }

  known(): FollowReport {
    const { domains } = this.#options
    return {
      domains: domains.map((domain) => this.#known.get(domain)).filter((one) => one !== undefined),
      failures: [],
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    const never = new Promise<void>(() => {})
    while (!signal.aborted) {
      try {
        await this.look({ signal })
      } catch (error) {
        if (signal.aborted) return
        for (const domain of this.#options.domains) this.#sayFailed(domain, error)
      }
      await pauseUntil(never, { durationMs: this.#everyMs, signal })
    }
  }

  async dropOthers(call: CallOptions = {}): Promise<void> {
    const { record, store, onEvent } = this.#context
    const others = this.others as readonly DomainName[]
    if (others.length > 0) await this.#requireRegistrations(call)
    for (const domain of others) {
      for (const root of record.of(domain)!.roots) {
        const pinned = store.pinned().find((one) => `${one}` === root)
        if (pinned === undefined || record.isShared(root, domain)) continue
        await store.unpin(pinned)
        onEvent({ kind: 'dropped', domain, root, why: 'not followed' })
      }
      await record.set(domain, undefined)
    }
  }

  async #requireRegistrations(call: CallOptions): Promise<void> {
    const { chain, domains } = this.#options
    const block = await chain.block('latest', call)
    const states = await Promise.all(domains.map((domain) => chain.domain(domain, block, call)))
    const missing = domains.find((_, index) => states[index] === undefined)
    if (missing === undefined) return
    throw new FollowError(
      'FOLLOW_NOT_REGISTERED',
      `${missing} is not registered in this registry: is it misspelt? Until it is, ${this.others.join(', ')} is not let go of.`,
      { state: 'Everything that the mirror holds is still here.', retryable: false },
    )
  }

  #planRetry({ domain, missing }: MirroredDomain): void {
    // What only ran out of its time goes on at the next look.
    const isWaiting = missing.some(({ refused, code }) => !refused && code !== 'FOLLOW_SLICE_OVER')
    if (isWaiting) this.#pause(domain)
    else this.#retries.delete(domain)
  }

  #pause(domain: DomainName): void {
    const before = this.#retries.get(domain)?.pauseMs ?? this.#everyMs / 2
    const pauseMs = Math.min(MAX_RETRY_PAUSE_MS, before * 2)
    this.#retries.set(domain, { pauseMs, notBefore: performance.now() + pauseMs })
  }

  #sayFailed(domain: DomainName, error: unknown): void {
    const code = errorCode(error)
    if (this.#said.get(domain) === code) return
    this.#said.set(domain, code)
    const message = error instanceof DomainSyncError ? error.message : String(error)
    this.#context.onEvent({ kind: 'failed', domain, code, message })
  }
}
