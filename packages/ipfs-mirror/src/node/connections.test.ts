import { once } from 'node:events'
import { expect, it } from 'vitest'
import { siteBlocks } from '../gateway/site-blocks.test.support.ts'
import { connectionLimit } from './connection-limit.ts'
import { rawRequest } from './raw-request.test.support.ts'
import { rawSocket } from './raw-socket.test.support.ts'
import { runningNode, TOKEN } from './running-node.test.support.ts'

const { root, blocks } = await siteBlocks({ 'index.html': 'home' })

async function node(maxConnections: number) {
  const running = await runningNode({ maxConnections, sites: async () => ({ root }) })
  await running.store.put(blocks)
  return { ...running, home: () => rawRequest(running.url, { host: 'one.example' }) }
}

/** Far longer than it takes, on any machine. */
const SOON = { timeout: 15_000 }

const isOpen = (socket: ReturnType<typeof rawSocket>) => !socket.socket.destroyed && !socket.socket.readableEnded
const GET = 'GET / HTTP/1.1\r\nHost: one.example\r\n\r\n'

it('goes on serving while others open connection after connection and say nothing, or half of a request', async () => {
  const { port, home } = await node(20)
  const silent: ReturnType<typeof rawSocket>[] = []
  for (let i = 0; i < 200; i++) {
    const one = rawSocket(port, i % 2 === 0 ? '' : 'GET / HTTP/1.1\r\nX: ')
    await once(one.socket, 'connect')
    silent.push(one)
  }
  for (let i = 0; i < 30; i++) expect((await home()).body.toString()).toBe('home')
  await expect.poll(() => silent.filter(isOpen).length, SOON).toBeLessThanOrEqual(20)
  expect(silent.slice(0, 150).some(isOpen)).toBe(false)
})

it('ends the connection that had no request for longest, and none that has one under way', async () => {
  const { port, store } = await node(3)
  const large = new Uint8Array(24 * 1024 * 1024).map((_, i) => Math.imul(i, 2_654_435_761) >>> 24)
  const big = await siteBlocks({ 'large.bin': large })
  await store.put(big.blocks)
  const busy = rawSocket(port, `GET /ipfs/${big.root}?format=car HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await once(busy.socket, 'data')
  busy.socket.pause()
  const older = rawSocket(port, GET)
  await expect.poll(older.text, SOON).toContain('home')
  const newer = rawSocket(port, GET)
  await expect.poll(newer.text, SOON).toContain('home')
  older.send(GET)
  await expect.poll(() => older.text().split('home').length, SOON).toBe(3)
  const another = rawSocket(port, GET)
  await expect.poll(another.text, SOON).toContain('home')
  await newer.ended
  expect([older, another, busy].map(isOpen)).toEqual([true, true, true])
  busy.socket.resume()
  await expect.poll(() => busy.text().endsWith('0\r\n\r\n'), SOON).toBe(true)
})

it('turns a new one away when all are busy', async () => {
  const { port } = await node(1)
  const held = rawSocket(
    port,
    `PUT /.domainsync/v1/roots/${root} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nAuthorization: Bearer ${TOKEN}\r\n`,
  )
  held.send('Content-Type: application/vnd.ipld.car\r\nContent-Length: 10\r\n\r\n')
  await expect.poll(held.text, SOON).toContain('100 Continue')
  expect(await rawSocket(port, GET).ended).toBe('')
})

it('leaves room for other files, and shares it among the nodes of a process', () => {
  const [one, two] = [connectionLimit(1), connectionLimit(2)]
  expect(one).toBeGreaterThanOrEqual(two)
  expect(two).toBeGreaterThanOrEqual(1)
  expect(one).toBeLessThanOrEqual(16_384)
  expect(connectionLimit(1_000_000)).toBe(1)
})
