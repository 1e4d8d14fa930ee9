import {
  type Bytes32,
  type CallOptions,
  type Chain,
  type ChainBlock,
  type DomainName,
  type DomainState,
  DomainSyncError,
  errorCode,
} from '@domainsync/core'
import { notRegistered } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { StoreError } from '../store/store-error.ts'
import { DagTally } from './dag-tally.ts'
import { damagedReleases, isDamage } from './damaged-releases.ts'
import { type FetchContext, fetchRelease } from './fetch-release.ts'
import type { FollowEvent } from './follow-event.ts'
import type { DomainRecord, FollowCursor, FollowRecord, RefusedRelease } from './follow-record.ts'
import type { QuotaPauses, Vain } from './quota-pauses.ts'
import { readOn } from './read-on.ts'
import { type WantedRelease, wantedReleases } from './wanted-releases.ts'

/** Why a release is not here; `refused`: trying again would end alike. */
interface Failure {
  readonly code: string
  readonly message: string
  readonly refused: boolean
}

/** One domain, mirrored as the registry has it at one block. */
export interface MirroredDomain {
  readonly domain: DomainName
  readonly block: ChainBlock
  /** Every wanted release that is here whole and verified. */
  readonly held: readonly WantedRelease[]
  /** Every wanted release that is not, and why. */
  readonly missing: readonly (WantedRelease & Failure)[]
  /** What they take on disk; what they share with other domains is counted too. */
  readonly bytes: number
  /** `damageNoticed` of the store when this look began. */
  readonly damageNoticed: number
}

export interface MirrorContext extends FetchContext {
  readonly chain: Chain
  readonly record: FollowRecord
  readonly pinnedKeys: Readonly<Record<string, Bytes32>>
  readonly pauses: QuotaPauses
  readonly onEvent: (event: FollowEvent) => void
}

type Call = CallOptions & { readonly context: MirrorContext }

/** One look at a domain. */
export interface MirrorLook extends Call {
  readonly block: ChainBlock
  /** What the last look of this process found. */
  readonly known?: MirroredDomain | undefined
  /** Whether what was missing then is tried again though nothing happened. */
  readonly retry?: boolean | undefined
}

/**
 * Brings what is held of a domain in step with the registry at a block: events since the cursor wake it, the views at that
 * block decide. Gives what is known already when nothing happened, on the disk neither.
 *
 * @throws ChainError; VerifyError `NOT_REGISTERED`; StoreError. What is held stays then.
 */
export async function mirrorDomain(
  domain: DomainName,
  { block, known, retry = true, context, ...call }: MirrorLook,
): Promise<MirroredDomain> {
  const { chain, record, onEvent } = context
  const before = record.of(domain)
  let happened = false
  if (before !== undefined) {
    const { events, rewoundTo } = await readOn(before.cursor, { chain, domain, to: block, ...call })
    if (rewoundTo !== undefined) onEvent({ kind: 'rewound', domain, to: rewoundTo })
    if (events.length > 0) onEvent({ kind: 'woken', domain, events, block: block.number })
    happened = events.length > 0 || rewoundTo !== undefined
    const isDamaged = known !== undefined && context.store.damageNoticed > known.damageNoticed
    if (known !== undefined && !happened && !isDamaged && (before.settled || !retry)) {
      if (before.cursor.hash !== block.hash) await record.set(domain, { ...before, cursor: cursorAt(block) })
      return known
    }
  }
  const state = await chain.domain(domain, block, call)
  if (state === undefined) throw notRegistered(domain)
  const mirror = new DomainMirror(state, { before, happened, context, ...call })
  return await mirror.bringInStep()
}

function cursorAt({ number, hash }: ChainBlock): FollowCursor {
  return { number, hash }
}

interface MirrorParts extends Call {
  readonly before: DomainRecord | undefined
  /** Whether something happened since the last look. */
  readonly happened: boolean
}

class DomainMirror {
  readonly #state: DomainState
  readonly #wanted: readonly WantedRelease[]
  readonly #context: MirrorContext
  readonly #call: CallOptions
  /** What was refused before and would be again. */
  readonly #refused: readonly RefusedRelease[]
  /** Roots that are pinned, and are fetched again. */
  readonly #damaged = new Set<string>()
  #record: DomainRecord
  /** What was fetched for nothing. */
  #vain: Vain | undefined

  constructor(state: DomainState, { before, happened, context, ...call }: MirrorParts) {
    const settings = settingsOf(state.domain, context)
    const refused = before?.settings === settings ? before.refused : []
    this.#state = state
    this.#wanted = wantedReleases(state)
    this.#context = context
    this.#call = call
    // There may be room by now.
    this.#refused = refused.filter(({ code }) => !(happened && isNoRoom(code)))
    this.#record = { roots: before?.roots ?? [], refused, settings, cursor: cursorAt(state.block), settled: false }
  }

  async bringInStep(): Promise<MirroredDomain> {
    // Room first: what nobody wants any more may be what the next release needs.
    for (const root of this.#record.roots) {
      if (this.#wanted.every((one) => `${one.root}` !== root)) await this.#drop(root, 'superseded')
    }
    const { damageNoticed } = this.#context.store
    await this.#findDamage()
    const held: WantedRelease[] = []
    const missing: MirroredDomain['missing'][number][] = []
    const { domain, block } = this.#state
    const { pauses } = this.#context
    const pause = pauses.of(domain)
    let full: Failure | undefined
    for (const one of this.#wanted) {
      if (this.#isHeld(one.root)) held.push(one)
      else if (one.stable) {
        // Where a newer one of the ring found no room, the older ones are not fetched only to be dropped.
        const failure = full ?? this.#waiting(one, pause) ?? (await this.#obtain(one))
        if (failure === undefined) held.push(one)
        else missing.push({ ...one, ...failure })
        if (one.heldFor === 'ring' && failure !== undefined && isNoRoom(failure.code)) full = failure
      }
    }
    const refused = missing
      .filter((one) => one.refused)
      .map(({ root, code, message }) => ({ root: `${root}`, code, message }))
    await this.#save({ refused, settled: refused.length === missing.length })
    if (this.#vain !== undefined) pauses.note(domain, this.#vain)
    else if (!missing.some(({ code }) => isQuota(code))) pauses.note(domain, undefined)
    const { bytes } = await this.#tally(held)
    return { domain, block, held, missing, bytes, damageNoticed }
  }

  async #findDamage(): Promise<void> {
    const { store, onEvent } = this.#context
    const pinned = this.#wanted.filter(({ root }) => this.#isHeld(root))
    for (const { release, root } of await damagedReleases(pinned, { store, ...this.#call })) {
      this.#damaged.add(`${root}`)
      onEvent({ kind: 'damaged', domain: this.#state.domain, release, root })
    }
  }

  /** Why it is not fetched yet. A live release waits only for a live one before it. */
  #waiting({ release, root, heldFor }: WantedRelease, pause: Vain | undefined): Failure | undefined {
    if (pause === undefined || (heldFor === 'live' && !pause.isLive)) return undefined
    if (this.#refusalOf(root) !== undefined) return undefined
    const message = `It waits, for what came before was too much. ${pause.message}`
    const failure = { code: pause.code, message, refused: false }
    const { domain } = this.#state
    if (heldFor === 'live') this.#context.onEvent({ kind: 'missing', domain, release, root, ...failure })
    return failure
  }

  #refusalOf(root: CID): RefusedRelease | undefined {
    return this.#refused.find((refused) => refused.root === `${root}`)
  }

  /** Fetches and pins it; gives why that failed. A more important release takes the room of less important ones. */
  async #obtain(one: WantedRelease): Promise<Failure | undefined> {
    const { domain } = this.#state
    const { release, root, heldFor } = one
    const { store, onEvent } = this.#context
    const known = this.#refusalOf(root)
    if (known !== undefined) return { code: known.code, message: known.message, refused: true }
    onEvent({ kind: 'fetching', domain, release, root, heldFor })
    for (;;) {
      try {
        await this.#fetch(one)
        onEvent({ kind: 'held', domain, release, root, heldFor })
        return undefined
      } catch (error) {
        this.#call.signal?.throwIfAborted()
        if (!(error instanceof DomainSyncError) || (error instanceof StoreError && !isDamage(error))) throw error
        const code = errorCode(error)
        const victim = isNoRoom(code) ? this.#leastImportant(one) : undefined
        if (victim !== undefined) {
          await this.#drop(`${victim.root}`, 'room')
          continue
        }
        const failure = { code, message: error.message, refused: !error.retryable }
        if (isQuota(code)) this.#vain = { ...failure, isLive: heldFor === 'live' || this.#vain?.isLive === true }
        // It is not pinned; this makes the store free what it no longer needs.
        if (failure.refused) await store.unpin(root)
        else if (heldFor === 'live') await store.lease(root)
        onEvent({ kind: 'missing', domain, release, root, ...failure })
        return failure
      }
    }
  }

  async #fetch(one: WantedRelease): Promise<void> {
    const { store, pinnedKeys } = this.#context
    using _ = store.hold()
    const tally = await this.#tally(this.#wanted.filter(({ root }) => this.#isHeld(root)))
    const pinnedKey = pinnedKeys[this.#state.domain]
    await fetchRelease(one, { ...this.#call, state: this.#state, context: this.#context, tally, pinnedKey })
    await this.#save({ roots: [...new Set([...this.#record.roots, `${one.root}`])] })
    await store.pin(one.root)
    this.#damaged.delete(`${one.root}`)
  }

  #leastImportant(than: WantedRelease): WantedRelease | undefined {
    const after = this.#wanted.slice(this.#wanted.indexOf(than) + 1)
    return after.findLast(({ root }) => this.#isHeld(root))
  }

  async #drop(root: string, why: 'superseded' | 'room'): Promise<void> {
    const { store, record, onEvent } = this.#context
    const { domain } = this.#state
    const pinned = store.pinned().find((one) => `${one}` === root)
    if (pinned !== undefined && !record.isShared(root, domain)) await store.unpin(pinned)
    await this.#save({ roots: this.#record.roots.filter((one) => one !== root) })
    if (pinned !== undefined) onEvent({ kind: 'dropped', domain, root, why })
  }

  /** Whole and verified: nothing else is pinned, but for what the disk lost since. */
  #isHeld(root: CID): boolean {
    const isPinned =
      this.#record.roots.includes(`${root}`) && this.#context.store.pinned().some((one) => one.equals(root))
    return isPinned && !this.#damaged.has(`${root}`)
  }

  async #tally(releases: readonly WantedRelease[]): Promise<DagTally> {
    const tally = new DagTally()
    for (const { root } of releases) await tally.addStored(root, { store: this.#context.store, ...this.#call })
    return tally
  }

  async #save(change: Partial<DomainRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change }
    await this.#context.record.set(this.#state.domain, this.#record)
  }
}

/** Others take the room, who may let go of it. */
function isNoRoom(code: string): boolean {
  return code === 'QUOTA_DOMAIN' || code === 'QUOTA_TOTAL'
}

function isQuota(code: string): boolean {
  return isNoRoom(code) || code === 'QUOTA_RELEASE'
}

/** What a refusal depends on besides the release. */
function settingsOf(domain: DomainName, { quotas, pinnedKeys }: MirrorContext): string {
  const { releaseBytes, domainBytes, totalBytes } = quotas
  return `${releaseBytes}/${domainBytes}/${totalBytes} ${pinnedKeys[domain] ?? ''}`.trimEnd()
}
