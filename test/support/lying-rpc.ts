import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RpcExchange {
  readonly method: string
  readonly params: readonly unknown[]
}

export interface RpcAnswer {
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}

/** What a proxy does to one answer: return another, or the honest one. */
export type Alter = (exchange: RpcExchange, honest: RpcAnswer) => RpcAnswer

export interface RpcProxy extends AsyncDisposable {
  readonly url: string
  /** HTTP requests so far. */
  readonly requests: () => number
  /** Changes how it lies from now on; honest by default. */
  alter(next: Alter): void
  /** Changes what the node is asked, e.g. an older block for the newest. */
  rewrite(next: (exchange: RpcExchange) => RpcExchange): void
  /** Handles the whole HTTP request instead: status codes, silence, refused batches. `undefined` goes back to the proxy. */
  handle(next: ((request: IncomingMessage, response: ServerResponse, body: unknown) => boolean) | undefined): void
}

/** An RPC operator on a socket of its own before a real node: honest, or lying as told. */
export async function startRpcProxy(target: string, alter: Alter = (_, honest) => honest): Promise<RpcProxy> {
  let change = alter
  let ask = (exchange: RpcExchange) => exchange
  let takeOver: ((request: IncomingMessage, response: ServerResponse, body: unknown) => boolean) | undefined
  let requests = 0
  const server = createServer(async (request, response) => {
    // As public operators do: pages of any origin may ask.
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', 'content-type')
    if (request.method === 'OPTIONS') {
      response.statusCode = 204
      response.end()
      return
    }
    requests += 1
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString())
    if (takeOver?.(request, response, body)) return
    const answer = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Array.isArray(body) ? body.map(ask) : ask(body)),
    })
    const honest: unknown = await answer.json()
    const answerTo = (id: number) => (honest as (RpcAnswer & { id: number })[]).find((one) => one.id === id)!
    const altered = Array.isArray(body)
      ? body.map((one) => alterOne(one, answerTo(one.id), change))
      : alterOne(body, honest as RpcAnswer, change)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(altered))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    alter: (next) => {
      change = next
    },
    rewrite: (next) => {
      ask = next
    },
    handle: (next) => {
      takeOver = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function alterOne(exchange: RpcExchange & { id: number }, honest: RpcAnswer, alter: Alter): unknown {
  const { result, error } = alter(exchange, { ...honest })
  return { jsonrpc: '2.0', id: exchange.id, ...(error === undefined ? { result } : { error }) }
}
