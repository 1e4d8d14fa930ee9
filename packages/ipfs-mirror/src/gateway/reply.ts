import type { IncomingHttpHeaders } from 'node:http'
import { DomainSyncError } from '@domainsync/core'
import type { HostName } from './host.ts'

/** A request for content, its parts already checked for form. */
export interface GatewayRequest {
  readonly method: 'GET' | 'HEAD'
  readonly host: HostName
  /** The request target's path, percent-encoded as it came. */
  readonly path: string
  /** Its query as it came with the `?`, or empty. */
  readonly search: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly signal: AbortSignal
}

/** What to answer. A body that is a stream may still fail; the connection is then reset. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
}

/** A request that gets a 4xx answer; the code stands in the answer's `X-Domainsync-Code`. */
export class Refusal extends DomainSyncError {
  readonly status: number

  constructor(status: number, code: string, message: string) {
    super(code, message, { retryable: false })
    this.status = status
  }
}

/** A plain sentence with its code. */
export function sentenceReply(
  status: number,
  code: string,
  sentence: string,
  headers: Record<string, string> = {},
): Reply {
  return {
    status,
    headers: {
      'cache-control': 'no-store',
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-domainsync-code': code,
      ...headers,
    },
    body: new TextEncoder().encode(`${sentence}\n`),
  }
}
