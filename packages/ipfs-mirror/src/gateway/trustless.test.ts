import { CID } from 'multiformats/cid'
import { expect, it } from 'vitest'
import { carFrames } from '../car/car-frames.ts'
import { readCar } from '../car/read-car.ts'
import { damageBlock } from '../node/damage-block.test.support.ts'
import { rawRequest } from '../node/raw-request.test.support.ts'
import { runningNode, storeSite } from '../node/running-node.test.support.ts'
import type { Block } from '../store/block-store.ts'
import { siteBlocks } from './site-blocks.test.support.ts'

const RAW = 'application/vnd.ipld.raw'
const CAR = 'application/vnd.ipld.car'
const MIB = 1024 * 1024
const big = new Uint8Array(3 * MIB + 5).map((_, i) => Math.imul(i, 2_654_435_761) >>> 24)
const files = { 'index.html': '<p>root</p>', 'docs/a.txt': 'aaa', 'docs/b.txt': 'bbb', 'big.bin': big }

const site = await siteBlocks(files)

async function gateway() {
  const node = await runningNode()
  const { root, blocks } = site
  await node.store.put(blocks)
  await node.store.pin(root)
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${node.url}${path}`, { headers })
  return { node, root, blocks, get }
}

/** CIDs of a CAR in its order, whatever DAG it is a part of. */
async function cidsOf(response: Response): Promise<string[]> {
  const cids: string[] = []
  const frames = carFrames(response.body ?? (async function* () {})(), { maxHeaderBytes: 4096, maxFrameBytes: 3 * MIB })
  for await (const frame of frames) cids.push(cids.length === 0 ? 'header' : `${CID.decodeFirst(frame)[0]}`)
  return cids.slice(1)
}

it('serves a block with the headers of the specification', async () => {
  const { root, blocks, get } = await gateway()
  const answer = await get(`/ipfs/${root}?format=raw`)
  expect(answer.status).toBe(200)
  const bytes = blocks.find(({ cid }) => cid.equals(root))?.bytes ?? new Uint8Array()
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from(bytes))
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': RAW,
    'content-length': `${bytes.length}`,
    'content-disposition': `attachment; filename="${root}.bin"`,
    'cache-control': 'public, max-age=29030400, immutable',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
    etag: `"${root}.raw"`,
  })
})

it('lets Accept choose the format, and "format" win over it', async () => {
  const { root, get } = await gateway()
  const negotiated = await get(`/ipfs/${root}`, { accept: RAW })
  expect(negotiated.headers.get('content-type')).toBe(RAW)
  expect(negotiated.headers.get('content-location')).toBe(`/ipfs/${root}?format=raw`)
  expect((await get(`/ipfs/${root}`, { accept: `${RAW};q=0.1, ${CAR};q=0.9` })).headers.get('content-type')).toContain(
    CAR,
  )
  const both = await get(`/ipfs/${root}?format=raw`, { accept: CAR })
  expect(both.headers.get('content-type')).toBe(RAW)
})

it('answers HEAD like GET without a body', async () => {
  const { node, root } = await gateway()
  for (const format of ['raw', 'car']) {
    const head = await fetch(`${node.url}/ipfs/${root}?format=${format}`, { method: 'HEAD' })
    const full = await fetch(`${node.url}/ipfs/${root}?format=${format}`)
    expect(head.status).toBe(200)
    expect((await head.arrayBuffer()).byteLength).toBe(0)
    for (const name of ['etag', 'content-type', 'content-length', 'cache-control']) {
      expect(head.headers.get(name)).toBe(full.headers.get(name))
    }
    await full.body?.cancel()
  }
})

it('answers 304 to a matching If-None-Match, weak or in a list, and not to another', async () => {
  const { root, get } = await gateway()
  for (const format of ['raw', 'car']) {
    const etag = (await get(`/ipfs/${root}?format=${format}`)).headers.get('etag') ?? ''
    for (const match of [etag, `"x", ${etag}`, '*', `W/${etag.replace('W/', '')}`]) {
      const answer = await get(`/ipfs/${root}?format=${format}`, { 'if-none-match': match })
      expect(answer.status).toBe(304)
      expect(answer.headers.get('etag')).toBe(etag)
    }
    expect((await get(`/ipfs/${root}?format=${format}`, { 'if-none-match': '"another"' })).status).toBe(200)
  }
})

it('serves ranges of a block', async () => {
  const { root, blocks, get } = await gateway()
  const bytes = Buffer.from(blocks.find(({ cid }) => cid.equals(root))?.bytes ?? [])
  const range = async (value: string, headers = {}) => {
    const answer = await get(`/ipfs/${root}?format=raw`, { range: value, ...headers })
    return {
      status: answer.status,
      range: answer.headers.get('content-range'),
      body: Buffer.from(await answer.arrayBuffer()),
    }
  }
  const total = bytes.length
  expect(await range('bytes=2-5')).toEqual({ status: 206, range: `bytes 2-5/${total}`, body: bytes.subarray(2, 6) })
  expect(await range('bytes=-4')).toMatchObject({ status: 206, body: bytes.subarray(total - 4) })
  expect(await range(`bytes=3-${total * 9}`)).toMatchObject({ status: 206, body: bytes.subarray(3) })
  expect(await range(`bytes=${total}-`)).toMatchObject({ status: 416, range: `bytes */${total}` })
  expect(await range('bytes=5-2')).toMatchObject({ status: 200, body: bytes })
  expect(await range('bytes=0-1,3-4')).toMatchObject({ status: 200, body: bytes })
  expect(await range('bytes=0-1', { 'if-range': '"old"' })).toMatchObject({ status: 200 })
})

it('serves the whole DAG as a CAR that verifies', async () => {
  const { root, blocks, get } = await gateway()
  const answer = await get(`/ipfs/${root}?format=car`)
  expect(answer.headers.get('content-type')).toBe(`${CAR}; version=1; order=dfs; dups=n`)
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${root}.car"`)
  const got: Block[] = []
  await readCar(answer.body ?? (async function* () {})(), {
    root,
    into: { put: async (some) => void got.push(...some) },
  })
  expect(new Set(got.map(({ cid }) => `${cid}`))).toEqual(new Set(blocks.map(({ cid }) => `${cid}`)))
})

it('puts the blocks that prove the path before the scope that was asked', async () => {
  const { root, get } = await gateway()
  const all = await cidsOf(await get(`/ipfs/${root}/docs?format=car`))
  expect(all).toHaveLength(4)
  expect(all[0]).toBe(`${root}`)
  const scope = async (path: string, value: string) =>
    cidsOf(await get(`/ipfs/${root}${path}?format=car&dag-scope=${value}`))
  expect(await scope('/docs', 'block')).toEqual(all.slice(0, 2))
  expect(await scope('/docs', 'entity')).toEqual(all.slice(0, 2))
  expect(await scope('/docs', 'all')).toEqual(all)
  expect(await scope('/big.bin', 'block')).toHaveLength(2)
  expect(await scope('/big.bin', 'entity')).toHaveLength(2 + 4)
  expect(await scope('', 'entity')).toEqual([`${root}`])
})

it('gives of a sharded directory what proves one name, or what lists all', async () => {
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`d/file-${i}.txt`, `${i}`]))
  const node = await runningNode()
  const root = await storeSite(node.store, many, { shardSplitThresholdBytes: 1_000, shardFanoutBits: 4 })
  const get = (path: string) => fetch(`${node.url}/ipfs/${root}${path}`)
  for (const i of [0, 17, 399]) {
    const cids = await cidsOf(await get(`/d/file-${i}.txt?format=car`))
    expect(cids.length).toBeGreaterThan(2)
    expect(cids.length).toBeLessThan(8)
  }
  const listing = await cidsOf(await get('/d?format=car&dag-scope=entity'))
  const whole = await cidsOf(await get('/d?format=car'))
  expect(whole.length - listing.length).toBe(400)
  expect((await get('/d/file-400.txt?format=car')).status).toBe(404)
  expect((await get('/d/00?format=car')).status).toBe(404)
})

it('gives only the blocks of the asked bytes of a file', async () => {
  const { root, get } = await gateway()
  const whole = await cidsOf(await get(`/ipfs/${root}/big.bin?format=car`))
  const bytes = async (range: string) => cidsOf(await get(`/ipfs/${root}/big.bin?format=car&entity-bytes=${range}`))
  const [top, file, first, second, third, last] = whole
  expect(await bytes('0:*')).toEqual(whole)
  expect(await bytes('0:0')).toEqual([top, file, first])
  expect(await bytes(`${MIB}:${2 * MIB - 1}`)).toEqual([top, file, second])
  expect(await bytes(`${MIB - 1}:${2 * MIB}`)).toEqual([top, file, first, second, third])
  expect(await bytes('-5:*')).toEqual([top, file, last])
  expect(await bytes('-6:*')).toEqual([top, file, third, last])
  expect(await bytes(`5:-${2 * MIB}`)).toEqual([top, file, first, second])
  expect(await bytes('-99999999:0')).toEqual([top, file, first])
  expect(await bytes('5:4')).toEqual([top, file])
  expect(await cidsOf(await get(`/ipfs/${root}/docs?format=car&entity-bytes=0:1`))).toHaveLength(2)
})

it('has another ETag for another path, scope or range', async () => {
  const { root, get } = await gateway()
  const tag = async (rest: string) => (await get(`/ipfs/${root}${rest}`)).headers.get('etag')
  const requests = [
    '?format=raw',
    '?format=car',
    '?format=car&dag-scope=block',
    '/docs?format=car',
    '/big.bin?format=car',
  ]
  const ranges = ['0:1', '1:2'].map((range) => `/big.bin?format=car&entity-bytes=${range}`)
  const tags = await Promise.all([...requests, ...ranges].map(tag))
  expect(new Set(tags).size).toBe(tags.length)
})

it('answers the probe path', async () => {
  const { get } = await gateway()
  const raw = await get('/ipfs/bafkqaaa?format=raw')
  expect([raw.status, (await raw.arrayBuffer()).byteLength]).toEqual([200, 0])
  const car = await get('/ipfs/bafkqaaa?format=car')
  expect(car.status).toBe(200)
  expect(await cidsOf(car)).toEqual([])
})

it.each([
  ['no format and no Accept', '/ipfs/ROOT', { accept: '' }, 400],
  ['a wildcard only', '/ipfs/ROOT', { accept: '*/*' }, 400],
  ['a page', '/ipfs/ROOT', { accept: 'text/html' }, 406],
  ['another format', '/ipfs/ROOT?format=tar', {}, 406],
  ['no CID', '/ipfs/hello?format=raw', {}, 400],
  ['nothing', '/ipfs/?format=raw', {}, 400],
  ['a raw block by path', '/ipfs/ROOT/docs?format=raw', {}, 400],
  ['an unknown scope', '/ipfs/ROOT?format=car&dag-scope=some', {}, 400],
  ['an unreadable range', '/ipfs/ROOT/big.bin?format=car&entity-bytes=a:b', {}, 400],
  ['a range outside', '/ipfs/ROOT/docs/a.txt?format=car&entity-bytes=3:*', {}, 400],
  ['CAR version 2', '/ipfs/ROOT?format=car&car-version=2', {}, 400],
  ['repeated blocks', '/ipfs/ROOT', { accept: `${CAR};dups=y` }, 406],
  ['an unknown order', '/ipfs/ROOT?format=car&car-order=bfs', {}, 406],
  ['a path that is not there', '/ipfs/ROOT/nope?format=car', {}, 404],
  ['a path below a file', '/ipfs/ROOT/docs/a.txt/b?format=car', {}, 404],
  ['a block that is not here', '/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy?format=raw', {}, 404],
  ['another codec', '/ipfs/bafyreigdmqpykrgxyaxtlafqpqhzrb7qy2rh75nldvfd4tucqmqqme5yje?format=car', {}, 400],
  ['a block of another codec', '/ipfs/bafyreigdmqpykrgxyaxtlafqpqhzrb7qy2rh75nldvfd4tucqmqqme5yje?format=raw', {}, 400],
  ['a CAR that is not here', '/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi?format=car', {}, 404],
  ['IPNS', '/ipns/example.com?format=car', {}, 404],
  ['the start page', '/', {}, 404],
])('refuses %s', async (_, path, headers, status) => {
  const { node, root } = await gateway()
  const answer = await rawRequest(node.url, { path: path.replace('ROOT', `${root}`), headers })
  expect(answer.status).toBe(status)
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers['x-domainsync-code']).toMatch(/^[A-Z_]+$/)
  expect(answer.body.toString()).toMatch(/^[^\n]+\n$/)
})

it('answers 412 to only-if-cached when it does not have the root', async () => {
  const { get } = await gateway()
  const path = '/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi?format=raw'
  expect((await get(path, { 'cache-control': 'only-if-cached' })).status).toBe(412)
})

it('names the file as asked, in a header that nothing can break out of', async () => {
  const { root, get } = await gateway()
  const name = async (value: string) =>
    (await get(`/ipfs/${root}?format=raw&filename=${encodeURIComponent(value)}`)).headers.get('content-disposition')
  expect(await name('page.bin')).toBe('attachment; filename="page.bin"')
  expect(await name('testтест.pdf')).toBe(
    `attachment; filename="test____.pdf"; filename*=UTF-8''test%D1%82%D0%B5%D1%81%D1%82.pdf`,
  )
  expect(await name('a"; x=\r\nSet-Cookie: b')).toBe(
    `attachment; filename="a_; x=__Set-Cookie: b"; filename*=UTF-8''a%22%3B%20x%3D%0D%0ASet-Cookie%3A%20b`,
  )
})

it('answers CORS preflights, and 405 to other methods', async () => {
  const { node, root } = await gateway()
  const preflight = await fetch(`${node.url}/ipfs/${root}`, { method: 'OPTIONS' })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-headers')).toContain('Range')
  const post = await fetch(`${node.url}/ipfs/${root}?format=raw`, { method: 'POST', body: 'x' })
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
})

it('never gives a damaged block: 500 by itself, a reset connection inside a CAR, and its CID in an event', async () => {
  const { node, root, blocks } = await gateway()
  const [first, victim] = blocks.filter(({ bytes }) => bytes.length === MIB) as [Block, Block]
  await damageBlock(node.path, victim.bytes)
  const raw = await rawRequest(node.url, { path: `/ipfs/${victim.cid}?format=raw` })
  expect([raw.status, raw.headers['x-domainsync-code']]).toEqual([500, 'BLOCK_DAMAGED'])
  const car = await rawRequest(node.url, { path: `/ipfs/${root}?format=car` })
  expect(car.cut).toBe(true)
  expect(car.body.includes(Buffer.from(victim.bytes.subarray(0, 64)))).toBe(false)
  const named = node.events.filter((event) => event.kind === 'block' && event.code === 'BLOCK_DAMAGED')
  expect(named.map((event) => event.kind === 'block' && `${event.cid}`)).toEqual([`${victim.cid}`, `${victim.cid}`])

  await damageBlock(node.path, first.bytes)
  const early = await rawRequest(node.url, { path: `/ipfs/${root}?format=car` })
  expect([early.status, early.headers['x-domainsync-code']]).toEqual([500, 'BLOCK_DAMAGED'])
})
