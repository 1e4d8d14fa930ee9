import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface SiteProxy extends AsyncDisposable {
  readonly port: number
  /** Changes what it serves from now on; `undefined`: the honest bytes. */
  tamper(next: ((path: string, body: Buffer) => Buffer) | undefined): void
  /** From now on no page of another origin may read what it serves. */
  forbidOthers(): void
}

/** A web server of one domain's site before a node: it keeps the Host header, status and headers, and may change the bodies. */
export async function startSiteProxy(nodeUrl: string, host: string): Promise<SiteProxy> {
  let isOpen = true
  let change: ((path: string, body: Buffer) => Buffer) | undefined
  const server = createServer(async (incoming, response) => {
    const { accept = '*/*' } = incoming.headers
    const options = { method: incoming.method, headers: { host, accept } }
    const asked = request(new URL(incoming.url ?? '/', nodeUrl), options)
    asked.end()
    const [honest] = await once(asked, 'response')
    const body = await buffer(honest)
    const sent = change?.(incoming.url ?? '/', body) ?? body
    const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...headers } = honest.headers
    if (!isOpen) delete headers['access-control-allow-origin']
    response.writeHead(honest.statusCode, headers)
    response.end(incoming.method === 'HEAD' ? undefined : sent)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    tamper: (next) => {
      change = next
    },
    forbidOthers: () => {
      isOpen = false
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
