import { expect, it } from 'vitest'
import { readCar } from '../car/read-car.ts'
import { rawRequest } from '../node/raw-request.test.support.ts'
import { runningNode } from '../node/running-node.test.support.ts'
import type { Block } from '../store/block-store.ts'
import { siteBlocks } from './site-blocks.test.support.ts'
import { siteServer } from './site-server.test.support.ts'

const RAW = 'application/vnd.ipld.raw'
const CAR = 'application/vnd.ipld.car'
const MIB = 1024 * 1024
const big = new Uint8Array(2 * MIB + 5).map((_, i) => Math.imul(i, 2_654_435_761) >>> 24)
const files = { 'index.html': 'home', 'docs/a.txt': 'aaa', 'empty.txt': '', 'ipfs/about.html': 'my folder' }

const server = async () => {
  const site = await siteServer(files)
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${site.url}${path.replace('ROOT', `${site.root}`)}`, { headers })
  return { ...site, get, onSite: site.get }
}

it('names the URL under which caches keep each format, also when Accept and the URL differ', async () => {
  const { root, get } = await server()
  const located = async (query: string, accept: string) =>
    (await get(`/ipfs/ROOT${query}`, { accept })).headers.get('content-location')
  expect(await located('', RAW)).toBe(`/ipfs/${root}?format=raw`)
  expect(await located('?filename=a.bin', RAW)).toBe(`/ipfs/${root}?filename=a.bin&format=raw`)
  expect(await located('?format=raw', CAR)).toBe(`/ipfs/${root}?format=raw`)
  expect(await located('', `${CAR};version=1;order=dfs;dups=n`)).toBe(
    `/ipfs/${root}?format=car&car-version=1&car-order=dfs&car-dups=n`,
  )
  expect(await located('?format=car&car-order=dfs', `${CAR};order=unk`)).toBe(`/ipfs/${root}?format=car&car-order=dfs`)
  expect((await get('/ipfs/ROOT?format=car', {})).headers.get('vary')).toBe('Accept')
})

it('says which path was asked and what each of its names stands for', async () => {
  const { root, get } = await server()
  const raw = await get('/ipfs/ROOT?format=raw')
  expect([raw.headers.get('x-ipfs-path'), raw.headers.get('x-ipfs-roots')]).toEqual([`/ipfs/${root}`, `${root}`])
  const car = await get('/ipfs/ROOT/docs/a.txt?format=car')
  expect(car.headers.get('x-ipfs-path')).toBe(`/ipfs/${root}/docs/a.txt`)
  const roots = `${car.headers.get('x-ipfs-roots')}`.split(',')
  expect(roots).toHaveLength(3)
  expect(roots[0]).toBe(`${root}`)
  const last = await get(`/ipfs/${roots[2]}?format=raw`)
  expect(await last.text()).toBe('aaa')
})

it('answers HEAD of the probe path, and of a root that is not here 404', async () => {
  const { url } = await server()
  const head = async (path: string) => (await fetch(`${url}${path}`, { method: 'HEAD' })).status
  expect(await head('/ipfs/bafkqaaa?format=raw')).toBe(200)
  expect(await head('/ipfs/bafkqaaa?format=car')).toBe(200)
  const missing = '/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'
  expect(await head(`${missing}?format=raw`)).toBe(404)
  expect(await head(`${missing}?format=car`)).toBe(404)
})

it('answers 412 to If-Match that names another version, and ignores a Range of HEAD', async () => {
  const { root, url, get } = await server()
  expect((await get('/ipfs/ROOT?format=raw', { 'if-match': `"${root}.raw"` })).status).toBe(200)
  for (const format of ['raw', 'car']) {
    const refused = await get(`/ipfs/ROOT?format=${format}`, { 'if-match': '"other"' })
    expect([refused.status, refused.headers.get('x-domainsync-code')]).toEqual([412, 'PRECONDITION_FAILED'])
  }
  const head = await rawRequest(url, {
    path: `/ipfs/${root}?format=raw`,
    method: 'HEAD',
    headers: { range: 'bytes=0-1' },
  })
  expect([head.status, head.headers['content-range']]).toEqual([200, undefined])
})

it('gives the whole of an empty file by entity-bytes', async () => {
  const { get } = await server()
  expect((await get('/ipfs/ROOT/empty.txt?format=car&entity-bytes=0:*')).status).toBe(200)
  expect((await get('/ipfs/ROOT/empty.txt?format=car&entity-bytes=1:*')).status).toBe(400)
})

it('gives a part whose blocks are here, and cuts a CAR at the first block that is not', async () => {
  const { root, blocks } = await siteBlocks({ 'big.bin': big })
  const node = await runningNode()
  const last = blocks.find(({ bytes }) => bytes.length === 5) as Block
  await node.store.put(blocks.filter((block) => block !== last))
  const part = await rawRequest(node.url, { path: `/ipfs/${root}/big.bin?format=car&entity-bytes=0:${MIB}` })
  expect([part.status, part.cut]).toEqual([200, false])
  const whole = await rawRequest(node.url, { path: `/ipfs/${root}/big.bin?format=car` })
  expect(whole.cut).toBe(true)
  const got: Block[] = []
  const body = async function* () {
    yield whole.body
  }
  const read = readCar(body(), { root, into: { put: async (some) => void got.push(...some) } })
  await expect(read).rejects.toThrow()
  expect(got.some(({ cid }) => cid.equals(last.cid))).toBe(false)
})

it.each([
  ['a record under /ipfs/', '/ipfs/ROOT?format=ipns-record', 400],
  ['a name', '/ipns/example.com', 404],
  ['a record of a key', '/ipns/k51qzi5uqu5dh71qgwangrt6r0nd4094i88nsady6qgd1dhjcyfsaqmpp143ab?format=ipns-record', 404],
])('refuses IPNS: %s', async (_, path, status) => {
  const { get, onSite, root } = await server()
  const refused = await get(path)
  expect([refused.status, refused.headers.get('x-domainsync-code')]).toEqual([status, 'IPNS_NOT_SERVED'])
  if (path.includes('?')) expect((await onSite(path.replace('ROOT', `${root}`))).status).toBe(status)
})

it('registers no service worker under /ipfs/, where many sites would share it', async () => {
  const { get } = await server()
  const refused = await get('/ipfs/ROOT?format=raw', { 'service-worker': 'script' })
  expect([refused.status, refused.headers.get('x-domainsync-code')]).toEqual([400, 'SERVICE_WORKER'])
})

it('tells caches that Accept decides between a site’s own /ipfs folder and its blocks', async () => {
  const { onSite } = await server()
  const page = await onSite('/ipfs/about.html')
  expect([page.body.toString(), page.headers.vary]).toEqual(['my folder', 'Accept'])
  expect((await onSite('/')).headers.vary).toBeUndefined()
})

it.each(['QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnDCQs', 'F015512', `${'b'.repeat(5_000)}`, '%62afkqaaa', 'baf%00'])(
  'answers a sentence, never 500, to the CID %s',
  async (label) => {
    const { url } = await server()
    const { status } = await rawRequest(url, { path: `/ipfs/${label}?format=raw` })
    expect(label.startsWith('%62') ? [200] : [400, 404]).toContain(status)
  },
)
