import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createProviderHttp } from './provider-http.ts'
import { sendStream } from './send-stream.ts'

const MIB = 1024 * 1024

/** Bytes without an end, and how many were taken. */
function endless() {
  let taken = 0
  async function* chunks() {
    for (;;) {
      taken++
      yield new Uint8Array(MIB)
    }
  }
  return { chunks: chunks(), taken: () => taken }
}

async function serve(listener: RequestListener, prepare?: (server: Server) => void): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  prepare?.(server)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it.each([
  [402, 'PAYMENT_REQUIRED'],
  [413, 'REPLICA_FULL'],
])('hears a %i before the body is sent, and spares sending it', async (status, code) => {
  const url = await serve(
    (_, response) => response.writeHead(status, { connection: 'close' }).end('no'),
    (server) => {
      server.on('checkContinue', (_, response) => response.writeHead(status, { connection: 'close' }).end('no'))
    },
  )
  const { chunks, taken } = endless()
  const sent = createProviderHttp({ name: 'it', url }).ask(
    { method: 'POST', path: '/', body: { type: 'a/b', chunks }, call: {} },
    (response) => response.text(),
  )
  await expect(sent).rejects.toMatchObject({ code, message: expect.stringMatching(/: no$/) })
  expect(taken()).toBe(0)
})

it('sends every byte, and gives the whole answer with its headers', async () => {
  const url = await serve(async (request, response) => {
    let sizeBytes = 0
    for await (const chunk of request) sizeBytes += (chunk as Buffer).length
    response.writeHead(201, { 'x-type': `${request.headers['content-type']}` }).end(`${sizeBytes}`)
  })
  async function* chunks() {
    for (let i = 0; i < 20; i++) yield new Uint8Array(MIB).fill(i)
  }
  const signal = AbortSignal.timeout(20_000)
  const head = { method: 'POST', headers: { 'content-type': 'a/b' }, chunks: chunks(), signal }
  const answer = await sendStream(url, head, async (response) => [
    response.status,
    response.headers.get('x-type'),
    await response.text(),
  ])
  expect(answer).toEqual([201, 'a/b', `${20 * MIB}`])
})

it('sends the body to a server that never says "continue"', async () => {
  const url = await serve(
    () => undefined,
    (server) => {
      server.on('checkContinue', (request, response) => {
        request.resume()
        request.on('end', () => response.end('taken'))
      })
    },
  )
  async function* chunks() {
    yield Uint8Array.of(1, 2, 3)
  }
  const head = { method: 'POST', headers: {}, chunks: chunks(), signal: AbortSignal.timeout(20_000) }
  expect(await sendStream(url, head, (response) => response.text())).toBe('taken')
})

it("ends with the caller's reason, and takes no more of the body", async () => {
  const giveUp = new AbortController()
  const url = await serve((request) => request.once('data', () => giveUp.abort(new Error('enough'))))
  const { chunks, taken } = endless()
  const head = { method: 'POST', headers: {}, chunks, signal: giveUp.signal }
  await expect(sendStream(url, head, (response) => response.text())).rejects.toThrow('enough')
  const before = taken()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(taken()).toBe(before)
})
