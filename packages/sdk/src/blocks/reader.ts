import type { BlockSource, CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { BlockError } from './block-error.ts'
import { createSourceHealth, type SourceHealth } from './source-health.ts'
import { checkCid, verifyBlock } from './verify-block.ts'

/** Wait before a second source is asked as well, in milliseconds, while the first one's own p95 is not known. */
export const HEDGE_AFTER_MS = 500
/** Shortest such wait: below it a hiccup of our own would double the requests. */
export const MIN_HEDGE_AFTER_MS = 25

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
 * usually does, the losers cancelled, every block compared with its CID.
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
    name: 'reader',
    async get(cid, call = {}) {
      checkCid(cid)
      // A stable sort: sources of equal health keep the order they were given in.
      const all = [...rankable.toSorted((a, b) => a.health.score() - b.health.score()), ...last]
      const honest = all.filter(({ health }) => !health.hasLied())
      const liars = all.filter(({ health }) => health.hasLied())
      const timeoutMs = call.timeoutMs ?? options.timeoutMs
      return race([...honest, ...liars], { ...options, ...call, monotonic, timeoutMs, cid })
    },
  }
}

interface Race extends CallOptions, ReaderOptions {
  readonly cid: CID
  readonly monotonic: () => number
}

/** Starts one source after the other until one gives the right bytes. */
async function race(ranked: readonly Ranked[], options: Race): Promise<Uint8Array | undefined> {
  const { cid, signal } = options
  signal?.throwIfAborted()
  const done = new AbortController()
  const errors: unknown[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  try {
    return await new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done.signal })
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
        timer = setTimeout(start, options.hedgeAfterMs ?? hedgeAfterMs(current.health))
        attempt(current, { ...options, done: done.signal }).then(
          (bytes) => {
            open -= 1
            if (bytes !== undefined) resolve(bytes)
            else start()
          },
          (error: unknown) => {
            open -= 1
            errors.push(error)
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
  { source, health }: Ranked,
  { cid, signal, done, timeoutMs, onLiar, monotonic }: Race & { done: AbortSignal },
): Promise<Uint8Array | undefined> {
  const startedAt = monotonic()
  try {
    const bytes = await source.get(cid, { signal: signal ? AbortSignal.any([signal, done]) : done, timeoutMs })
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
    } else if (done.aborted) {
      health.lost(monotonic() - startedAt)
    } else if (!signal?.aborted) {
      health.failed()
    }
    throw error
  }
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
