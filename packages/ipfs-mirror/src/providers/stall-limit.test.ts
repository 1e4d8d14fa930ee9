import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createProviderHttp } from './provider-http.ts'

/** A server on a bare socket: what it does with a connection is its own affair. */
async function serve(connected: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    connected(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const at = (url: string, stallTimeoutMs: number) => createProviderHttp({ name: 'it', url, stallTimeoutMs })

it('ends an upload that nobody takes, long before the time for all of it is over', async () => {
  const url = await serve((socket) => socket.pause())
  async function* endless() {
    for (;;) yield new Uint8Array(1024 * 1024)
  }
  const body = { type: 'application/octet-stream', chunks: endless() }
  const sent = at(url, 200).ask({ method: 'POST', path: '/', body, call: {}, timeoutMs: 3_600_000 }, (response) =>
    response.text(),
  )
  await expect(sent).rejects.toMatchObject({ code: 'REPLICA_TIMEOUT' })
})

it('ends a download that stands still, and not one that only takes long', async () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n'
  const still = await serve((socket) => void socket.write(`${head}ab`))
  await expect(drain(at(still, 200).stream({ path: '/', call: {} }))).rejects.toMatchObject({ code: 'REPLICA_TIMEOUT' })
  const slow = await serve(async (socket) => {
    socket.write(head)
    for (const letter of 'abcdef') {
      await new Promise((resolve) => setTimeout(resolve, 400))
      socket.write(letter)
    }
  })
  expect(await drain(at(slow, 2_000).stream({ path: '/', call: {} }))).toBe('abcdef')
})

it('waits for the answer to an upload that was taken whole as long as the call may take', async () => {
  const url = await serve((socket) => {
    socket.once('data', () => setTimeout(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'), 1_500))
  })
  async function* short() {
    yield Uint8Array.of(1)
  }
  const body = { type: 'application/octet-stream', chunks: short() }
  expect(await at(url, 500).ask({ method: 'POST', path: '/', body, call: {} }, (response) => response.text())).toBe(
    'ok',
  )
})

async function drain(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += Buffer.from(chunk).toString()
  return text
}
