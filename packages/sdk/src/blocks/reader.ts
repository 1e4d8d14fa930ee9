import type { BlockSource, CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { pause } from '../pause.ts'
import { waitPhrase } from '../rpc/retry-after.ts'
import { BlockError } from './block-error.ts'
import { createSourceHealth, type SourceHealth } from './source-health.ts'
import { checkCid, verifyBlock } from './verify-block.ts'

/** Wait before a second source is asked as well, in milliseconds, while the first one's own p95 is not known. */
export const HEDGE_AFTER_MS = 500
/** Shortest such wait: below it a hiccup of our own would double the requests. */
export const MIN_HEDGE_AFTER_MS = 25

/** How long a source that limits our rate is left alone when it does not say, in milliseconds; and at least. */
export const REST_MS = 1_000
const MIN_REST_MS = 250
/** How long one block waits at most for sources that want to be left alone, in milliseconds. */
export const MAX_REST_MS = 30_000

/** A source that sent bytes which are not the CID's. */
export interface Lie {
  readonly source: string
  readonly cid: CID
  readonly error: BlockError
}

export interface ReaderOptions {
  /** Sources that come after all others whatever their health: the local node. */
  last?: readonly BlockSource[] | undefined
  /** Fixed wait before the next source is asked too, in milliseconds; the p95 of the one asked by default. */
  hedgeAfterMs?: number | undefined
  /** Time for one source to answer, in milliseconds; its own default otherwise. */
  timeoutMs?: number | undefined
  onLiar?: ((lie: Lie) => void) | undefined
  /** Milliseconds that never go backwards. */
  monotonic?: (() => number) | undefined
}

interface Ranked {
  readonly source: BlockSource
  readonly health: SourceHealth
}

/**
 * Many sources as one that cannot lie: ranked by measured health, the next one asked when the first takes longer than it
 * usually does, the losers cancelled, every block compared with its CID. One that limits our rate (429) is left alone for as long as
 * it says; it is waited for when nobody else has the block.
 *
 * `get` is `undefined` only when every source says that it does not have the block.
 *
 * @throws BlockError `BLOCK_UNAVAILABLE` (its cause holds each source's error), `BLOCK_UNSUPPORTED`.
 */
export function createReader(sources: readonly BlockSource[], options: ReaderOptions = {}): BlockSource {
  const monotonic = options.monotonic ?? (() => performance.now())
  const ranked = (source: BlockSource): Ranked => ({ source, health: createSourceHealth({ monotonic }) })
  const rankable = sources.map(ranked)
  const last = (options.last ?? []).map(ranked)

  return {
    name: 'the list of sources',
    async get(cid, call = {}) {
      checkCid(cid)
      // A stable sort: sources of equal health keep the order they were given in.
      const all = [...rankable.toSorted((a, b) => a.health.score() - b.health.score()), ...last]
      const timeoutMs = call.timeoutMs ?? options.timeoutMs
      const restUntil = monotonic() + MAX_REST_MS
      return race(all.toSorted(byReadiness), { ...options, ...call, monotonic, timeoutMs, restUntil, cid })
    },
  }
}

/** Those that can be asked now, then those that want to be left alone, the soonest first; liars last. */
function byReadiness(a: Ranked, b: Ranked): number {
  return Number(a.health.hasLied()) - Number(b.health.hasLied()) || a.health.restMs() - b.health.restMs()
}

interface Race extends CallOptions, ReaderOptions {
  readonly cid: CID
  readonly monotonic: () => number
  /** Until when sources that want to be left alone are waited for. */
  readonly restUntil: number
}

/** Starts one source after the other until one gives the right bytes. */
async function race(all: readonly Ranked[], options: Race): Promise<Uint8Array | undefined> {
  const { cid, signal } = options
  signal?.throwIfAborted()
  const done = new AbortController()
  // A signal of this race alone: a listener for each block on the caller's, who reads many, is what Node warns of.
  const either = signal ? AbortSignal.any([signal, done.signal]) : done.signal
  const errors: unknown[] = []
  const ranked = [...all]
  let timer: ReturnType<typeof setTimeout> | undefined

  try {
    return await new Promise((resolve, reject) => {
      either.addEventListener('abort', () => reject(either.reason), { once: true })
      let next = 0
      let open = 0
      const start = () => {
        clearTimeout(timer)
        const current = ranked[next]
        if (current === undefined) {
          if (open === 0) settle()
          return
        }
        // A liar is asked when nobody else is left, not to save time.
        if (open > 0 && current.health.hasLied()) return
        next += 1
        open += 1
        const restMs = current.health.restMs()
        timer = setTimeout(start, restMs + (options.hedgeAfterMs ?? hedgeAfterMs(current.health)))
        attempt(current, { ...options, done: done.signal, either }).then(
          (bytes) => {
            open -= 1
            if (bytes !== undefined) resolve(bytes)
            else start()
          },
          (error: unknown) => {
            open -= 1
            if (wantsRest(error) && endsInTime(current, options)) ranked.push(current)
            else errors.push(error)
            start()
          },
        )
      }
      const settle = () => (errors.length === 0 ? resolve(undefined) : reject(unavailable(cid, errors)))
      start()
    })
  } finally {
    clearTimeout(timer)
    done.abort(new DOMException('Another source was faster.', 'AbortError'))
  }
}

async function attempt(
  ranked: Ranked,
  options: Race & { done: AbortSignal; either: AbortSignal },
): Promise<Uint8Array | undefined> {
  const { source, health } = ranked
  const { cid, signal, done, either, timeoutMs, onLiar, monotonic } = options
  for (let restMs = health.restMs(); restMs > 0; restMs = health.restMs()) {
    if (!endsInTime(ranked, options)) throw resting(source.name, restMs)
    await pause(restMs, either)
  }
  const startedAt = monotonic()
  try {
    const bytes = await source.get(cid, { signal: either, timeoutMs })
    if (bytes === undefined) {
      health.lacked()
      return undefined
    }
    await verifyBlock(cid, bytes, { source: source.name })
    health.succeeded(monotonic() - startedAt)
    return bytes
  } catch (error) {
    if (error instanceof BlockError && (error.code === 'BLOCK_CORRUPT' || error.code === 'BLOCK_TOO_LARGE')) {
      health.lied()
      onLiar?.({ source: source.name, cid, error })
    } else if (wantsRest(error)) {
      health.rest(Math.max(MIN_REST_MS, error.retryAfterMs ?? REST_MS))
    } else if (done.aborted) {
      health.lost(monotonic() - startedAt)
    } else if (!signal?.aborted) {
      health.failed()
    }
    throw error
  }
}

/** Whether a source can be asked before the block has waited for too long. */
function endsInTime({ health }: Ranked, { monotonic, restUntil }: Race): boolean {
  return monotonic() + health.restMs() <= restUntil
}

function wantsRest(error: unknown): error is BlockError {
  return error instanceof BlockError && (error.code === 'GATEWAY_RATE_LIMITED' || error.retryAfterMs !== undefined)
}

function resting(name: string, retryAfterMs: number): BlockError {
  const message = `${name} limits our rate; try again ${waitPhrase(retryAfterMs)}.`
  return new BlockError('GATEWAY_RATE_LIMITED', message, { retryAfterMs })
}

function hedgeAfterMs(health: SourceHealth): number {
  return Math.max(MIN_HEDGE_AFTER_MS, health.p95() ?? HEDGE_AFTER_MS)
}

function unavailable(cid: CID, errors: readonly unknown[]): BlockError {
  const reasons = errors.map((error) => (error instanceof Error ? error.message : String(error)))
  return new BlockError('BLOCK_UNAVAILABLE', `No source gave ${cid}: ${reasons.join(' ')}`, {
    cause: new AggregateError(errors),
  })
}
