import { type CallOptions, callSignal } from '@domainsync/core'
import { retryAfterMs } from '@domainsync/sdk'
import { type Credentials, credentialHeaders, splitUrl, withoutSecrets } from './credentials.ts'
import { readRefusal } from './refusal-details.ts'
import { ReplicaError, replicaFailure, statusFailure } from './replica-error.ts'
import { sendStream } from './send-stream.ts'
import { stallLimit } from './stall-limit.ts'
import { watchedChunks } from './watched-chunks.ts'

/** Time for one short answer or one block, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 30_000
/** Time for a whole CAR, there or back, in milliseconds. */
export const CAR_TIMEOUT_MS = 3_600_000

/** How long a body may stand still, there or back, in milliseconds. */
export const STALL_TIMEOUT_MS = 60_000

/** A body that is sent while it is made. */
export interface StreamBody {
  readonly type: string
  readonly chunks: AsyncIterable<Uint8Array>
}

export interface ProviderRequest {
  /** Behind the provider's URL, with its query. */
  readonly path: string
  /** Default GET. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body?: StreamBody | { readonly json: unknown } | undefined
  readonly call: CallOptions
  /** Time for all of it unless the call says otherwise. Default {@link ANSWER_TIMEOUT_MS}. */
  readonly timeoutMs?: number
}

/** Speaks HTTP with one provider. Every failure is a `ReplicaError` without secrets; no redirect is followed. */
export interface ProviderHttp {
  /** `read` takes the answer of a success. */
  ask<T>(request: ProviderRequest, read: (response: Response) => Promise<T>): Promise<T>
  /** The same; `undefined` for a refusal that only says that the thing is not there. */
  find<T>(
    request: ProviderRequest & { absent: (status: number, message: string) => boolean },
    read: (response: Response) => Promise<T>,
  ): Promise<T | undefined>
  /** The answer's body as it comes; `BLOCK_MISSING` for a 404. */
  stream(request: ProviderRequest): AsyncGenerator<Uint8Array>
}

export interface ProviderPlace {
  readonly name: string
  /** May carry a user and a password: `https://user:password@host`. */
  readonly url: string
  readonly credentials?: Credentials | undefined
  /** The code that a provider gives with a refusal. */
  readonly codeOf?: (headers: Headers) => string | undefined
  /** Default {@link STALL_TIMEOUT_MS}. */
  readonly stallTimeoutMs?: number
}

export function createProviderHttp(place: ProviderPlace): ProviderHttp {
  const { name, url, credentials, codeOf, stallTimeoutMs = STALL_TIMEOUT_MS } = place
  const { base, credentials: own } = splitUrl(url)
  const known = credentials ?? own
  const headers: Record<string, string> = known ? credentialHeaders(known) : {}

  async function find<T>(
    { path, method = 'GET', body, call, timeoutMs = ANSWER_TIMEOUT_MS, absent }: Parameters<ProviderHttp['find']>[0],
    read: (response: Response) => Promise<T>,
  ): Promise<T | undefined> {
    const sent = watchedChunks(body && 'chunks' in body ? body.chunks : [])
    using stall = stallLimit(stallTimeoutMs)
    const readAnswer = async (response: Response) => {
      if (response.ok) return await read(response)
      const { status, headers } = response
      const { message: said, isPage } = await readRefusal(response)
      const message = withoutSecrets(said, known)
      if (absent(status, message)) return undefined
      const target = redirectTarget(headers, base + path)
      throw statusFailure(name, {
        status,
        code: codeOf?.(headers),
        message,
        isPage,
        redirectsTo: target && withoutSecrets(target, known),
        retryAfterMs: retryAfterMs(headers, Date.now()),
      })
    }
    try {
      const signal = AbortSignal.any([callSignal(call, timeoutMs), stall.signal])
      if (body && 'chunks' in body) {
        const all = { ...headers, 'content-type': body.type }
        const chunks = stall.sending(sent.chunks, signal)
        return await sendStream(base + path, { method, headers: all, chunks, signal }, readAnswer)
      }
      const init = { method, redirect: 'manual', signal, ...jsonBody(body, headers) } as const
      return await readAnswer(await fetch(base + path, init))
    } catch (error) {
      throw replicaFailure(sent.error() ?? error, { name, ...call })
    }
  }

  const ask: ProviderHttp['ask'] = async (request, read) =>
    (await find({ ...request, absent: () => false }, async (response) => ({ value: await read(response) })))!.value

  async function* stream(request: ProviderRequest): AsyncGenerator<Uint8Array> {
    try {
      const limits = { timeoutMs: CAR_TIMEOUT_MS, absent: (status: number) => status === 404 }
      const body = await find({ ...limits, ...request }, async (response) => response.body)
      if (!body) throw new ReplicaError('BLOCK_MISSING', `${name} does not have what it was asked for.`)
      using stall = stallLimit(stallTimeoutMs)
      yield* stall.receiving(body)
    } catch (error) {
      throw replicaFailure(error, { name, ...request.call })
    }
  }

  return { ask, find, stream }
}

/** Where a redirect points, without what may hold a secret. */
function redirectTarget(headers: Headers, base: string): string | undefined {
  const location = headers.get('location')
  if (location === null || !URL.canParse(location, base)) return undefined
  const { origin, pathname } = new URL(location, base)
  return origin + pathname
}

function jsonBody(body: { readonly json: unknown } | undefined, headers: Record<string, string>): RequestInit {
  if (body === undefined) return { headers }
  return { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body.json) }
}
