import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { rawRequest } from './raw-request.test.support.ts'
import { runningNode, storeSite, TOKEN } from './running-node.test.support.ts'
import { startNode } from './start-node.ts'

it('closes at once with idle keep-alive connections open, and is then gone', async () => {
  const node = await runningNode()
  await (await fetch(`${node.url}/`)).arrayBuffer()
  const began = performance.now()
  await node.close()
  await node.close()
  expect(performance.now() - began).toBeLessThan(2_000)
  await expect(fetch(`${node.url}/`)).rejects.toThrow()
})

it('lets a download in flight come to its end before it closes', async () => {
  const node = await runningNode()
  const content = new Uint8Array(20_000_000).map((_, i) => Math.imul(i, 2_654_435_761) >>> 24)
  const root = await storeSite(node.store, { 'a.bin': content })
  const answer = await fetch(`${node.url}/ipfs/${root}?format=car`)
  const closed = node.close()
  expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(content.length)
  await closed
})

it('closes when its signal is aborted, and does not start under an aborted one', async () => {
  const stop = new AbortController()
  const node = await runningNode({ signal: stop.signal })
  stop.abort()
  await expect
    .poll(() =>
      fetch(`${node.url}/`).then(
        () => 'up',
        () => 'down',
      ),
    )
    .toBe('down')
  const options = { path: node.path, port: 0, token: TOKEN, signal: AbortSignal.abort(new Error('no')) }
  await expect(startNode(options)).rejects.toThrow('no')
})

it('refuses to start without a token', async () => {
  await expect(runningNode({ token: '' })).rejects.toMatchObject({ code: 'TOKEN_EMPTY' })
})

it("refuses an address that is not this machine's with PORT_REFUSED", async () => {
  await expect(runningNode({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'PORT_REFUSED' })
})

it('listens on this machine only, unless told otherwise', async () => {
  const node = await runningNode()
  expect(node.url).toBe(`http://127.0.0.1:${node.port}`)
  const open = await runningNode({ host: '0.0.0.0' })
  expect((await rawRequest(open.url, { path: '/' })).status).toBe(404)
})

it.each(['GET http://example.com/ HTTP/1.1', 'CONNECT example.com:443 HTTP/1.1', 'OPTIONS * HTTP/1.1'])(
  'is no proxy: %s',
  async (line) => {
    const node = await runningNode()
    const socket = connect(node.port, '127.0.0.1')
    const answer: Buffer[] = []
    socket.on('data', (chunk) => answer.push(chunk))
    socket.write(`${line}\r\nHost: example.com\r\nConnection: close\r\n\r\n`)
    await once(socket, 'close')
    expect(Buffer.concat(answer).toString()).not.toMatch(/^HTTP\/1\.1 200/)
  },
)

it('survives junk on the socket', async () => {
  const node = await runningNode()
  for (const junk of ['\0\0\0\0', 'GET\r\n\r\n', `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`, 'x'.repeat(50_000)]) {
    const socket = connect(node.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.on('data', () => undefined)
    socket.end(junk)
    await once(socket, 'close')
  }
  expect((await rawRequest(node.url, { path: '/' })).status).toBe(404)
})
