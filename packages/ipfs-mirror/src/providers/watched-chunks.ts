/** Chunks on their way into a request, and the error of their own source when the request failed because of it. */
export interface WatchedChunks {
  readonly chunks: AsyncGenerator<Uint8Array>
  error(): unknown
}

/** HTTP clients hide why a body broke off; the caller wants that error, not "fetch failed". */
export function watchedChunks(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): WatchedChunks {
  let failure: unknown
  async function* chunks() {
    try {
      yield* source
    } catch (error) {
      failure = error
      throw error
    }
  }
  return { chunks: chunks(), error: () => failure }
}
