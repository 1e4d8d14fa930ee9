import { type CallOptions, callSignal, DomainSyncError } from '@domainsync/core'
import { readBody } from '../blocks/read-body.ts'
import { keyRedactor } from './key-redactor.ts'
import { parseRpcAnswer, type RpcResult } from './parse-rpc-answer.ts'
import { retryAfterMs, waitPhrase } from './retry-after.ts'
import { ChainError } from './rpc-error.ts'
import { splitUrl } from './split-url.ts'

/** Time allowed for one JSON-RPC round trip, in milliseconds. */
export const RPC_TIMEOUT_MS = 10_000
/** Largest answer that is read, in bytes. */
export const MAX_RPC_ANSWER_BYTES = 32 * 1024 * 1024

export interface RpcCall {
  readonly method: string
  readonly params: readonly unknown[]
}

export interface RpcClientOptions {
  /** An `http:` or `https:` address; credentials in it are sent and never shown. */
  url: string | URL
  timeoutMs?: number | undefined
  headers?: Readonly<Record<string, string>> | undefined
  fetch?: typeof globalThis.fetch | undefined
}

/** JSON-RPC over HTTP to one operator. */
export interface RpcClient {
  /** The URL's origin: what names the operator in messages. Never the path, which often holds a key. */
  readonly origin: string
  /**
   * All calls in one round trip, results in their order; one refused call does not fail the others.
   *
   * @throws ChainError when the operator as a whole did not answer.
   */
  batch(calls: readonly RpcCall[], options?: CallOptions): Promise<readonly RpcResult[]>
}

/**
 * Our own dozen lines instead of a provider of ethers: those take no AbortSignal, retry in silence and look for the network
 * by themselves, so a dead operator could not be told from a slow one.
 */
export function createRpcClient(options: RpcClientOptions): RpcClient {
  const found = splitUrl(options.url)
  if (found === undefined) {
    throw new ChainError('RPC_URL_INVALID', 'An RPC URL is no http or https address; check the configuration.', {
      retryable: false,
    })
  }
  const { url, authorization } = found
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis)
  const headers = { 'content-type': 'application/json', ...authorization, ...options.headers }
  const operator = { origin: url.origin, redact: keyRedactor(options.url) }
  let batches = true

  const post = async (body: unknown, call: CallOptions): Promise<unknown> => {
    const signal = callSignal(call, options.timeoutMs ?? RPC_TIMEOUT_MS)
    try {
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal })
      const bytes = await readBody(response, MAX_RPC_ANSWER_BYTES)
      return readJson(new TextDecoder().decode(bytes), response, url.origin)
    } catch (cause) {
      if (call.signal?.aborted) throw call.signal.reason
      throw toChainError(cause, url.origin)
    }
  }

  return {
    origin: url.origin,
    async batch(calls, call = {}) {
      const requests = calls.map(({ method, params }, id) => ({ jsonrpc: '2.0', id, method, params }))
      if (requests.length > 1 && batches) {
        const answers = await post(requests, call)
        if (Array.isArray(answers)) return requests.map(({ id }) => parseRpcAnswer(answers, id, operator))
        // One error object for the whole array: this operator takes no batches. The calls go side by side instead.
        batches = false
      }
      return Promise.all(
        requests.map(async (request) => parseRpcAnswer([await post(request, call)], request.id, operator)),
      )
    },
  }
}

/** Many operators send a JSON-RPC error with status 4xx or 5xx: then the error counts, not the status. */
function readJson(text: string, { ok, status, headers }: Response, origin: string): unknown {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    // Without the cause: it quotes the answer, which may repeat the key in our URL.
    if (ok) throw new ChainError('RPC_MALFORMED', `${origin} answered with something that is no JSON.`)
  }
  if (status === 429) {
    const waitMs = retryAfterMs(headers, Date.now())
    const when = waitMs === undefined ? 'later' : waitPhrase(waitMs)
    throw new ChainError('RPC_RATE_LIMITED', `${origin} limits our rate; try again ${when}.`)
  }
  const isRpc = typeof answer === 'object' && answer !== null && (Array.isArray(answer) || 'error' in answer)
  if (!ok && !isRpc) throw new ChainError('RPC_HTTP', `${origin} answered with HTTP status ${status}.`)
  return answer
}

function toChainError(cause: unknown, origin: string): unknown {
  if (cause instanceof DomainSyncError) return cause
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    return new ChainError('RPC_TIMEOUT', `${origin} did not answer in time.`, { cause })
  }
  return new ChainError('RPC_UNREACHABLE', `${origin} cannot be reached; check the URL and the network.`, { cause })
}
