import { type BlockSource, type CallOptions, callSignal, DomainSyncError } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { retryAfterMs, waitPhrase } from '../rpc/retry-after.ts'
import { splitUrl } from '../rpc/split-url.ts'
import { BlockError, type BlockErrorCode } from './block-error.ts'
import { fetchWithOwn } from './fetch-with-own.ts'
import { bodyChunks, readBody } from './read-body.ts'
import { MAX_BLOCK_BYTES } from './verify-block.ts'

/** Time allowed for one block, and between two chunks of a CAR, in milliseconds. */
export const GATEWAY_TIMEOUT_MS = 15_000

export interface GatewayOptions {
  /** Where `/ipfs/<cid>` answers: `https://ipfs.io`. Credentials in it are sent and never shown. */
  url: string | URL
  /** For messages; the host by default. */
  name?: string | undefined
  /** Sent to the URL's own origin alone, wherever it redirects. */
  headers?: Readonly<Record<string, string>> | undefined
  timeoutMs?: number | undefined
  fetch?: typeof globalThis.fetch | undefined
}

/**
 * A trustless gateway (IPFS HTTP Gateways specification) as a source of blocks. It verifies nothing: readers do.
 *
 * @throws BlockError `GATEWAY_URL_INVALID` at once
 *
 * 404 and 410 mean absent; every other refusal throws BlockError with a code of its own, see `BlockErrorCode`.
 */
export function createGateway(options: GatewayOptions): Required<BlockSource> {
  const split = splitUrl(options.url)
  if (split === undefined) {
    throw new BlockError('GATEWAY_URL_INVALID', 'A gateway URL is no http or https address; check the configuration.', {
      retryable: false,
    })
  }
  const { url: base, authorization } = split
  const name = options.name ?? base.host
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis)
  const timeoutMs = options.timeoutMs ?? GATEWAY_TIMEOUT_MS
  const own = { ...authorization, ...options.headers }
  const prefix = base.href.replace(/\/+$/, '')

  const request = async (cid: CID, format: 'raw' | 'car', signal: AbortSignal): Promise<Response | undefined> => {
    const query = format === 'car' ? 'format=car&dag-scope=all' : 'format=raw'
    const headers = { accept: `application/vnd.ipld.${format}` }
    const response = await fetchWithOwn(`${prefix}/ipfs/${cid}?${query}`, { headers, own, signal, fetch })
    if (response.ok) return response
    await response.body?.cancel()
    if (response.status === 404 || response.status === 410) return undefined
    throw refusal(response, { name, cid })
  }

  return {
    name,
    async get(cid, call = {}) {
      const signal = callSignal(call, timeoutMs)
      let response: Response | undefined
      try {
        response = await request(cid, 'raw', signal)
        return response && (await readBody(response, MAX_BLOCK_BYTES))
      } catch (cause) {
        throw toBlockError(cause, { name, call, answered: response !== undefined })
      }
    },
    async *car(root, call = {}) {
      const idle = new AbortController()
      const signal = call.signal ? AbortSignal.any([call.signal, idle.signal]) : idle.signal
      const limit = () =>
        setTimeout(() => idle.abort(new DOMException('idle', 'TimeoutError')), call.timeoutMs ?? timeoutMs)
      let timer = limit()
      let response: Response | undefined
      try {
        response = await request(root, 'car', signal)
        if (response === undefined) throw new BlockError('BLOCK_MISSING', `${name} does not have ${root}.`)
        for await (const chunk of bodyChunks(response, Number.POSITIVE_INFINITY)) {
          clearTimeout(timer)
          yield chunk
          timer = limit()
        }
      } catch (cause) {
        throw toBlockError(cause, { name, call, answered: response !== undefined })
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

const REFUSALS: Readonly<Record<number, readonly [BlockErrorCode, string]>> = {
  401: ['GATEWAY_UNAUTHORIZED', 'wants a valid token; check its headers'],
  402: ['GATEWAY_PAYMENT_REQUIRED', 'wants a paid plan'],
  403: ['GATEWAY_UNAUTHORIZED', 'forbids this; check its token and its rules'],
  413: ['GATEWAY_HTTP', 'finds the request too large'],
  429: ['GATEWAY_RATE_LIMITED', 'limits our rate'],
}

function refusal({ status, headers }: Response, { name, cid }: { name: string; cid: CID }): BlockError {
  // Browsers give a redirect that they were told not to follow the status 0.
  const isRedirect = status === 0 || (status >= 300 && status < 400)
  const fallback = status >= 500 ? 'GATEWAY_UNAVAILABLE' : 'GATEWAY_HTTP'
  const [code, why] = REFUSALS[status] ?? [
    fallback,
    isRedirect ? 'redirects; set its URL to where that leads' : `answered with HTTP status ${status}`,
  ]
  const afterMs = retryAfterMs(headers, Date.now())
  const when = afterMs === undefined ? '' : `; try again ${waitPhrase(afterMs)}`
  return new BlockError(code, `${name} ${why} (${cid})${when}.`, { retryAfterMs: afterMs })
}

function toBlockError(
  cause: unknown,
  { name, call, answered }: { name: string; call: CallOptions; answered: boolean },
): unknown {
  if (call.signal?.aborted) return call.signal.reason
  if (cause instanceof BlockError) return cause
  if (cause instanceof DomainSyncError && cause.code === 'BODY_TOO_LARGE') {
    return new BlockError('BLOCK_TOO_LARGE', `${name} sent more than ${MAX_BLOCK_BYTES} bytes for one block.`, {
      cause,
    })
  }
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    return new BlockError('GATEWAY_TIMEOUT', `${name} did not answer in time.`, { cause })
  }
  if (answered) {
    return new BlockError('GATEWAY_RESET', `${name} broke the connection off in the middle; try again.`, { cause })
  }
  return new BlockError('GATEWAY_UNREACHABLE', `${name} cannot be reached; check the URL and the network.`, { cause })
}
