import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { rawCidFromSha256 } from '@domainsync/core'
import { expect, it, onTestFinished } from 'vitest'
import { sha256 } from '../car/block-fault.ts'
import { damageBlock } from '../node/damage-block.test.support.ts'
import { rawRequest } from '../node/raw-request.test.support.ts'
import { runningNode, storeSite } from '../node/running-node.test.support.ts'
import { createGatewayHandler, type GatewayEvent, type GatewayOptions } from './gateway-handler.ts'
import { HOST } from './site-server.test.support.ts'

const MIB = 1024 * 1024
/** More than the sockets of a machine hold between a writer and a reader that does not read. */
const LARGE = randomBytes(24 * MIB)
const files = { 'index.html': 'home', 'large.bin': LARGE, 'other.bin': randomBytes(5 * MIB + 7) }

/** The gateway alone, with limits of the test's own. */
async function gateway(options: Partial<GatewayOptions> = {}) {
  const { store, path } = await runningNode()
  const root = await storeSite(store, files)
  const sites = async () => ({ root })
  const server = createServer(createGatewayHandler({ store, sites, ...options }))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const get = (file: string) => rawRequest(`http://127.0.0.1:${port}`, { path: file, host: HOST })
  return { root, port, path, get }
}

/** Asks, so many times at once, and takes the first piece of the answer, then nothing more. */
async function stall(port: number, times = 1): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  socket.write(`GET /large.bin HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`.repeat(times))
  const [first] = (await once(socket, 'data')) as [Buffer]
  expect(first.toString('latin1', 0, 12)).toBe('HTTP/1.1 200')
  socket.pause()
  return socket
}

/** Reads on to the end, whatever it is; the bytes that came. */
function restOf(socket: Socket): Promise<number> {
  let sizeBytes = 0
  socket.on('data', (piece) => {
    sizeBytes += piece.length
  })
  socket.resume()
  return new Promise((resolve) => socket.once('close', () => resolve(sizeBytes)))
}

it('gives every reader the bytes of its own file, while others read slowly or go away', async () => {
  const { port, get } = await gateway()
  const stalled = await Promise.all(Array.from({ length: 6 }, () => stall(port)))
  const answers = await Promise.all(['/large.bin', '/other.bin', '/large.bin', '/other.bin'].map(get))
  stalled.forEach((socket, at) => void (at % 2 === 0 ? socket.destroy() : socket.resume()))
  answers.push(...(await Promise.all(['/other.bin', '/large.bin'].map(get))))
  const expected = [LARGE, files['other.bin'], LARGE, files['other.bin'], files['other.bin'], LARGE]
  expect(answers.map(({ body }, at) => body.equals(expected[at] as Buffer))).toEqual(expected.map(() => true))
})

it('answers 503 to one large answer too many, and goes on with small ones', async () => {
  const { port, get } = await gateway({ maxStreams: 2 })
  const [first] = [await stall(port), await stall(port)]
  const refused = await get('/other.bin')
  expect([refused.status, refused.headers['x-domainsync-code']]).toEqual([503, 'BUSY'])
  expect(refused.headers['retry-after']).toBe('5')
  expect((await get('/')).body.toString()).toBe('home')
  const block = await get(`/ipfs/${rawCidFromSha256(sha256(LARGE.subarray(0, MIB)))}?format=raw`)
  expect([block.status, block.headers['x-domainsync-code']]).toEqual([503, 'BUSY'])
  first?.destroy()
  await expect.poll(async () => (await get('/other.bin')).status, { timeout: 10_000 }).toBe(200)
})

it('forgets answers that wait behind another one when their reader goes away', async () => {
  const { port, get } = await gateway({ maxStreams: 3 })
  const socket = await stall(port, 3)
  await expect.poll(async () => (await get('/other.bin')).status, { timeout: 10_000 }).toBe(503)
  socket.destroy()
  await expect.poll(async () => (await get('/other.bin')).status, { timeout: 10_000 }).toBe(200)
  // All three places are free again.
  await Promise.all([stall(port), stall(port), stall(port)])
})

it('resets a reader that does not read on', async () => {
  const { port, get } = await gateway({ maxStreams: 1, writeTimeoutMs: 200 })
  const socket = await stall(port)
  await expect.poll(async () => (await get('/other.bin')).status, { timeout: 10_000 }).toBe(200)
  expect(await restOf(socket)).toBeLessThan(LARGE.length - MIB)
})

it('keeps neither files nor memory of readers that go away in the middle, and calls that no failure', async () => {
  const events: GatewayEvent[] = []
  const { port, get } = await gateway({ onEvent: (event) => events.push(event) })
  const openFiles = async () => (await readdir('/proc/self/fd').catch(() => [])).length
  const round = async () => {
    for (const socket of await Promise.all(Array.from({ length: 8 }, () => stall(port)))) socket.destroy()
  }
  for (let i = 0; i < 3; i++) await round()
  expect((await get('/')).status).toBe(200)
  const [files, bytes] = [await openFiles(), process.memoryUsage().rss]
  for (let i = 0; i < 12; i++) await round()
  await expect.poll(openFiles, { timeout: 10_000 }).toBeLessThan(files + 8)
  expect(process.memoryUsage().rss - bytes).toBeLessThan(150 * MIB)
  expect(events).toEqual([])
})

it('resets the connection when a block is damaged while the file is under way, and never ends the body', async () => {
  const { port, path } = await gateway()
  const socket = await stall(port)
  await damageBlock(path, LARGE.subarray(23 * MIB))
  expect(await restOf(socket)).toBeLessThan(LARGE.length - MIB)
})
