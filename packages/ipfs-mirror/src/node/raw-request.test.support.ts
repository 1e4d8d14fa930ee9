import { type IncomingHttpHeaders, request } from 'node:http'
import { errorCode } from '@domainsync/core'

/** An answer as it came over the socket; `cut` when the connection broke before its end (status 0: before its start). */
export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly cut: boolean
}

/** One HTTP request with headers and target sent exactly as given, which `fetch` does not allow (Host, `..`). */
export function rawRequest(
  url: string,
  {
    path = '/',
    host,
    method = 'GET',
    headers = {},
  }: {
    path?: string
    host?: string
    method?: string
    headers?: Record<string, string>
  } = {},
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>()
  const { hostname, port } = new URL(url)
  const sent = { ...headers, ...(host !== undefined && { host }) }
  const outgoing = request({ hostname, port, path, method, headers: sent, agent: false }, (incoming) => {
    const pieces: Buffer[] = []
    let cut = false
    incoming.on('data', (piece: Buffer) => pieces.push(piece))
    incoming.on('error', () => {
      cut = true
    })
    incoming.on('close', () => {
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(pieces), cut })
    })
  })
  outgoing.on('error', (error) => {
    if (errorCode(error) === 'ECONNRESET') resolve({ status: 0, headers: {}, body: Buffer.alloc(0), cut: true })
    else reject(error)
  })
  outgoing.end()
  return promise
}
