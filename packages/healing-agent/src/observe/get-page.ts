import { type CallOptions, callSignal, type PageAnswer } from '@domainsync/core'

/** Largest body that a probe reads, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024 ** 2
/** Time allowed for one page, in milliseconds. */
export const PAGE_TIMEOUT_MS = 10_000

/** Asks for a page as a reader would; caches are passed by. Rejects when there is no complete answer. */
export async function getPage(
  url: string,
  { fetch = globalThis.fetch, ...options }: CallOptions & { fetch?: typeof globalThis.fetch } = {},
): Promise<PageAnswer> {
  const signal = callSignal(options, PAGE_TIMEOUT_MS)
  const response = await fetch(url, { signal, cache: 'no-store', headers: { 'cache-control': 'no-cache' } })
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.length
    if (sizeBytes > MAX_BODY_BYTES) throw new Error(`${url} answers with more than ${MAX_BODY_BYTES} bytes`)
    chunks.push(chunk)
  }
  return { status: response.status, body: Buffer.concat(chunks) }
}
