import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface HttpAnswer {
  readonly status: number
  readonly body: Buffer
}

/** What a proxy answers to a request; `honest` passes it on to the server behind. */
export type AnswerHttp = (request: IncomingMessage, honest: () => Promise<HttpAnswer>) => Promise<HttpAnswer>

export interface HttpProxy extends AsyncDisposable {
  readonly url: string
  /** Answers that were not the honest ones. */
  readonly lies: () => number
}

const PASSED_ON = ['authorization', 'content-type', 'accept']

/** A real HTTP server before another, which answers as it is told. */
export async function startHttpProxy(target: string, answer: AnswerHttp): Promise<HttpProxy> {
  let lies = 0
  const server = createServer(async (request, response) => {
    const sent = await buffer(request)
    response.setHeader('access-control-allow-origin', '*')
    let told: HttpAnswer | undefined
    const honest = async (): Promise<HttpAnswer> => {
      const headers = PASSED_ON.flatMap((name) => (request.headers[name] ? [[name, `${request.headers[name]}`]] : []))
      const init = { method: request.method!, headers: headers as [string, string][] }
      const url = new URL(request.url!, target)
      const real = await fetch(url, sent.length > 0 ? { ...init, body: Uint8Array.from(sent) } : init)
      told = { status: real.status, body: Buffer.from(await real.arrayBuffer()) }
      return told
    }
    const given = await answer(request, honest)
    if (given !== told) lies++
    response.statusCode = given.status
    response.end(given.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lies: () => lies,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Turns one bit in the middle of every block and every CAR that is read. */
export const turnBits: AnswerHttp = async (request, honest) => {
  const answer = await honest()
  if (request.method !== 'GET' || !request.url!.startsWith('/ipfs/') || answer.status !== 200) return answer
  const body = Buffer.from(answer.body)
  body[body.length >> 1]! ^= 1
  return { ...answer, body }
}

/** Takes every upload without storing it, and says that it holds everything. */
export const claimEverything: AnswerHttp = async (request, honest) =>
  request.url!.includes('/roots/') ? { status: 200, body: Buffer.from('{"status":"pinned"}') } : honest()
