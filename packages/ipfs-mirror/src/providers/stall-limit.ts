/** Ends a transfer that stands still, however long the whole of it may take. */
export interface StallLimit extends Disposable {
  /** Aborted with a `TimeoutError` when a chunk was not taken, or did not come, in time. */
  readonly signal: AbortSignal
  /**
   * The same chunks; each has to be taken in time. How long our own side takes to make one does not count. None comes after `until`.
   */
  sending(chunks: AsyncIterable<Uint8Array>, until: AbortSignal): AsyncGenerator<Uint8Array>
  /** The same chunks; each has to come in time. How long our own side keeps one does not count. */
  receiving(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>
}

export function stallLimit(stallTimeoutMs: number): StallLimit {
  const stalled = new AbortController()
  const { signal } = stalled
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = () => clearTimeout(timer)
  const start = () => {
    stop()
    const late = () => stalled.abort(new DOMException(`Nothing moved for ${stallTimeoutMs} ms.`, 'TimeoutError'))
    timer = setTimeout(late, stallTimeoutMs)
  }
  return {
    signal,
    async *sending(chunks, until) {
      try {
        for await (const chunk of chunks) {
          until.throwIfAborted()
          start()
          yield chunk
          stop()
        }
      } finally {
        stop()
      }
    },
    async *receiving(chunks) {
      const iterator = chunks[Symbol.asyncIterator]()
      const { promise: late, reject } = Promise.withResolvers<never>()
      late.catch(() => undefined)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      try {
        for (;;) {
          start()
          const next = await Promise.race([iterator.next(), late])
          stop()
          if (next.done) return
          yield next.value
        }
      } finally {
        stop()
        // Not waited for: what stands still does not end either.
        void iterator.return?.().catch(() => undefined)
      }
    },
    [Symbol.dispose]: stop,
  }
}
