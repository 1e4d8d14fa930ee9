import { createHash } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { type BlockSource, rawCidFromSha256 } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { CID as Cid } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { startServer, until } from '../http-server.test.support.ts'
import { createGateway } from './gateway.ts'
import { createReader, type Lie } from './reader.ts'
import { HEALTH_MEMORY_MS } from './source-health.ts'

function block(content: string): { cid: CID; bytes: Uint8Array } {
  const bytes = new TextEncoder().encode(content)
  return { cid: rawCidFromSha256(createHash('sha256').update(bytes).digest()), bytes }
}

type Mode = 'right' | 'wrong' | 'absent' | 'broken' | 'silent' | 'cut' | 'stalling' | 'limiting'

/** A gateway on a socket of its own that behaves as told. */
async function gateway(mode: Mode, { delayMs = 0, retryAfter = '1' } = {}) {
  const state = { mode, limited: 0 }
  const blocks = new Map<string, Uint8Array>()
  const server = await startServer(async (request, response) => {
    const key = request.url?.split('/')[2]?.split('?')[0] ?? ''
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    switch (state.mode) {
      case 'right':
        response.end(blocks.get(key))
        return
      case 'wrong':
        response.end('other bytes')
        return
      case 'absent':
        response.statusCode = 404
        response.end()
        return
      case 'broken':
        response.statusCode = 502
        response.end()
        return
      case 'silent':
        return
      case 'cut':
        response.writeHead(200, { 'content-length': '1000' })
        response.write('a part')
        setImmediate(() => response.destroy())
        return
      case 'stalling':
        response.writeHead(200, { 'content-length': '1000' })
        response.write('a part')
        return
      case 'limiting':
        state.limited++
        response.writeHead(429, { 'retry-after': retryAfter })
        response.end()
        return
    }
  })
  const source: BlockSource = createGateway({ url: server.url, timeoutMs: 5_000 })
  return {
    ...server,
    source,
    state,
    put: ({ cid, bytes }: ReturnType<typeof block>) => blocks.set(cid.toString(), bytes),
  }
}

describe('createReader', () => {
  it('gives the right bytes though a gateway lies, reports it, and asks it last from then on', async () => {
    await using liar = await gateway('wrong')
    await using honest = await gateway('right')
    const lies: Lie[] = []
    const reader = createReader([liar.source, honest.source], { onLiar: (lie) => lies.push(lie) })
    for (const name of ['one', 'two', 'three']) {
      const one = block(name)
      honest.put(one)
      expect(await reader.get(one.cid)).toEqual(one.bytes)
    }
    expect(lies).toMatchObject([{ source: liar.source.name, error: { code: 'BLOCK_CORRUPT' } }])
    expect(liar.asked.length).toBe(1)
  })

  it('asks a second source when the first is slower than it usually is, and cancels the loser', async () => {
    await using slow = await gateway('silent')
    await using fast = await gateway('right')
    const one = block('hedged')
    fast.put(one)
    const reader = createReader([slow.source, fast.source], { hedgeAfterMs: 30 })
    expect(await reader.get(one.cid)).toEqual(one.bytes)
    await until(() => slow.aborted.length === 1)
  })

  it('does not ask a second source while the first is as fast as usual', async () => {
    await using first = await gateway('right')
    await using second = await gateway('right')
    const reader = createReader([first.source, second.source], { hedgeAfterMs: 2_000 })
    for (let n = 0; n < 10; n++) {
      const one = block(`${n}`)
      first.put(one)
      expect(await reader.get(one.cid)).toEqual(one.bytes)
    }
    expect(second.asked).toEqual([])
  })

  it('comes to ask the faster of two first', async () => {
    await using slow = await gateway('right', { delayMs: 2_000 })
    await using fast = await gateway('right')
    const reader = createReader([slow.source, fast.source], { hedgeAfterMs: 10 })
    const read = async (name: string) => {
      const one = block(name)
      slow.put(one)
      fast.put(one)
      expect(await reader.get(one.cid)).toEqual(one.bytes)
    }
    await read('first')
    const before = slow.asked.length
    for (let n = 0; n < 20; n++) await read(`${n}`)
    expect(fast.asked.length).toBe(21)
    expect(slow.asked.length - before).toBeLessThan(20)
  })

  it('stops asking first one that never answers, and gives it another chance later', async () => {
    await using silent = await gateway('silent')
    await using slow = await gateway('right', { delayMs: 20 })
    let now = 0
    const monotonic = () => now + performance.now()
    const reader = createReader([silent.source, slow.source], { hedgeAfterMs: 400, monotonic })
    const read = async (name: string) => {
      const one = block(name)
      slow.put(one)
      expect(await reader.get(one.cid)).toEqual(one.bytes)
    }
    for (let n = 0; n < 5; n++) await read(`${n}`)
    expect(silent.asked.length).toBe(1)
    now += HEALTH_MEMORY_MS + 1
    silent.state.mode = 'broken'
    await read('later')
    expect(silent.asked.length).toBe(2)
  })

  it('goes to the next when a body is cut, and does not call that a lie', async () => {
    await using cutting = await gateway('cut')
    await using honest = await gateway('right')
    const lies: Lie[] = []
    const reader = createReader([cutting.source, honest.source], {
      hedgeAfterMs: 5_000,
      onLiar: (lie) => lies.push(lie),
    })
    for (const name of ['one', 'two']) {
      const one = block(name)
      honest.put(one)
      expect(await reader.get(one.cid)).toEqual(one.bytes)
    }
    expect({ lies, asked: cutting.asked.length }).toEqual({ lies: [], asked: 1 })
  })

  it('does not wait for a body that stalls in the middle', async () => {
    await using stalling = await gateway('stalling')
    await using honest = await gateway('right')
    const reader = createReader([stalling.source, honest.source], { hedgeAfterMs: 50 })
    const one = block('whole')
    honest.put(one)
    expect(await reader.get(one.cid)).toEqual(one.bytes)
    await until(() => stalling.aborted.length === 1)
  })

  it('leaves one that limits our rate alone for as long as it says', async () => {
    await using limiting = await gateway('limiting', { retryAfter: '20' })
    await using honest = await gateway('right')
    let later = 0
    const monotonic = () => later + performance.now()
    const reader = createReader([limiting.source, honest.source], { hedgeAfterMs: 5_000, monotonic })
    const read = async (name: string) => {
      const one = block(name)
      for (const source of [limiting, honest]) source.put(one)
      expect(await reader.get(one.cid)).toEqual(one.bytes)
    }
    for (let n = 0; n < 5; n++) await read(`${n}`)
    expect(limiting.asked.length).toBe(1)
    later += 20_001
    limiting.state.mode = 'right'
    // Unknown again, and the other one is known to be fast: it is asked when that one fails.
    honest.state.mode = 'broken'
    await read('later')
    expect(limiting.asked.length).toBe(2)
  })

  it('waits for one that limits our rate when nobody else has the block', async () => {
    await using limiting = await gateway('limiting', { retryAfter: '1' })
    await using empty = await gateway('absent')
    const one = block('only there')
    limiting.put(one)
    const reader = createReader([limiting.source, empty.source])
    const reading = reader.get(one.cid)
    await until(() => limiting.state.limited === 1)
    limiting.state.mode = 'right'
    expect(await reading).toEqual(one.bytes)
    expect(limiting.asked.length).toBe(2)
  })

  it('says at once that nobody gives the block when that would take too long to wait for', async () => {
    await using limiting = await gateway('limiting', { retryAfter: '3600' })
    const reader = createReader([limiting.source])
    for (let n = 0; n < 3; n++) {
      await expect(reader.get(block(`${n}`).cid)).rejects.toMatchObject({
        code: 'BLOCK_UNAVAILABLE',
        message: expect.stringContaining('limits our rate'),
      })
    }
    expect(limiting.asked.length).toBe(1)
  })

  it('does not prefer one that is quick to say that it has nothing', async () => {
    await using empty = await gateway('absent')
    await using full = await gateway('right', { delayMs: 20 })
    const reader = createReader([empty.source, full.source], { hedgeAfterMs: 2_000 })
    for (let n = 0; n < 5; n++) {
      const one = block(`${n}`)
      full.put(one)
      expect(await reader.get(one.cid)).toEqual(one.bytes)
    }
    expect(empty.asked.length).toBe(1)
  })

  it('keeps the local node last, however fast it is', async () => {
    await using local = await gateway('right')
    await using remote = await gateway('right', { delayMs: 20 })
    const reader = createReader([remote.source], { last: [local.source], hedgeAfterMs: 3_000 })
    for (let n = 0; n < 5; n++) {
      const one = block(`${n}`)
      local.put(one)
      remote.put(one)
      expect(await reader.get(one.cid)).toEqual(one.bytes)
    }
    expect(local.asked).toEqual([])
    remote.state.mode = 'broken'
    const one = block('only local')
    local.put(one)
    expect(await reader.get(one.cid)).toEqual(one.bytes)
  })

  it('says absent only when every source says so', async () => {
    await using first = await gateway('absent')
    await using second = await gateway('absent')
    const reader = createReader([first.source, second.source])
    const { cid } = block('nowhere')
    expect(await reader.get(cid)).toBeUndefined()
    second.state.mode = 'broken'
    await expect(reader.get(cid)).rejects.toMatchObject({ code: 'BLOCK_UNAVAILABLE' })
    second.state.mode = 'wrong'
    await expect(reader.get(cid)).rejects.toMatchObject({ code: 'BLOCK_UNAVAILABLE' })
  })

  it('refuses CIDs that readers do not follow, without asking anyone', async () => {
    await using honest = await gateway('right')
    const reader = createReader([honest.source])
    const sha512 = Cid.createV1(0x55, Digest.create(0x13, new Uint8Array(64)))
    const cbor = Cid.createV1(0x71, Digest.create(0x12, new Uint8Array(32)))
    const identity = Cid.createV1(0x55, Digest.create(0x00, new Uint8Array(4)))
    for (const cid of [sha512, cbor, identity]) {
      await expect(reader.get(cid)).rejects.toMatchObject({ code: 'BLOCK_UNSUPPORTED' })
    }
    expect(honest.asked).toEqual([])
  })

  it('ends with the caller’s reason, and cancels what it asked', async () => {
    await using silent = await gateway('silent')
    const reader = createReader([silent.source], { hedgeAfterMs: 10 })
    const controller = new AbortController()
    const reading = reader.get(block('x').cid, { signal: controller.signal })
    await until(() => silent.asked.length === 1)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
    await until(() => silent.aborted.length === 1)
  })

  it('leaves the signal of many reads at once without a listener for each', async () => {
    const signal = new AbortController().signal
    const blocks = Array.from({ length: 20 }, (_, n) => block(`block ${n}`))
    let most = 0
    const source: BlockSource = {
      name: 'slow',
      async get(cid) {
        await new Promise((resolve) => setImmediate(resolve))
        most = Math.max(most, getEventListeners(signal, 'abort').length)
        return blocks.find((one) => one.cid.equals(cid))?.bytes
      },
    }
    const reader = createReader([source])
    await Promise.all(blocks.map(({ cid }) => reader.get(cid, { signal })))
    expect(most).toBe(0)
  })
})
