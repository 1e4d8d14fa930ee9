import type { CID } from 'multiformats/cid'
import { expect, it } from 'vitest'
import { damageBlock } from '../node/damage-block.test.support.ts'
import { rawRequest } from '../node/raw-request.test.support.ts'
import { runningNode, storeSite } from '../node/running-node.test.support.ts'
import type { SiteRefusal, Sites } from './site-answer.ts'
import type { Files } from './site-blocks.test.support.ts'

const movie = new Uint8Array(2_500_000).map((_, i) => Math.imul(i, 2_654_435_761) >>> 24)
const files: Files = {
  'index.html': '<h1>home</h1>',
  '404.html': '<h1>lost</h1>',
  'docs/index.html': '<h1>docs</h1>',
  'docs/a b.txt': 'spaced',
  'empty/only.txt': 'x',
  'style.css': 'p{}',
  'data.json': '{}',
  'movie.mp4': movie,
  html: 'no extension',
  'grüße.txt': 'hallo',
}

async function serve(content: Files = files, options?: Parameters<typeof storeSite>[2]) {
  const roots = new Map<string, CID | SiteRefusal>()
  const asked: string[] = []
  const sites: Sites = async ({ name }) => {
    asked.push(name)
    const root = roots.get(name)
    return typeof root === 'string' ? root : root && { root }
  }
  const node = await runningNode({ sites })
  const root = await storeSite(node.store, content, options)
  roots.set('one.example', root)
  const get = (path: string, headers: Record<string, string> = {}, host = 'one.example') =>
    rawRequest(node.url, { path, host, headers })
  return { node, root, roots, asked, get }
}

it('serves files with their types, lengths and an ETag', async () => {
  const { root, get } = await serve()
  const page = await get('/')
  expect([page.status, page.body.toString()]).toEqual([200, '<h1>home</h1>'])
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-length': '13',
    'cache-control': 'public, max-age=0, must-revalidate',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
    'x-ipfs-path': `/ipfs/${root}/`,
  })
  expect(page.headers.etag).toMatch(/^"bafk[a-z0-9]+"$/)
  expect((await get('/style.css')).headers['content-type']).toBe('text/css; charset=utf-8')
  expect((await get('/data.json')).headers['content-type']).toBe('application/json; charset=utf-8')
  expect((await get('/movie.mp4')).headers['content-type']).toBe('video/mp4')
  expect((await get('/html')).headers['content-type']).toBe('application/octet-stream')
  expect((await get('/docs/a%20b.txt')).body.toString()).toBe('spaced')
  expect((await get('/gr%C3%BC%C3%9Fe.txt')).body.toString()).toBe('hallo')
})

it('answers the same name with .localhost behind it', async () => {
  const { get, asked } = await serve()
  expect((await get('/', {}, 'one.example.localhost:8080')).body.toString()).toBe('<h1>home</h1>')
  expect((await get('/', {}, 'ONE.example.')).body.toString()).toBe('<h1>home</h1>')
  expect(asked).toEqual(['one.example', 'one.example'])
})

it('serves the index of a directory, sends there with a slash, and lists none', async () => {
  const { get } = await serve()
  expect((await get('/docs/')).body.toString()).toBe('<h1>docs</h1>')
  const moved = await get('/docs?q=1')
  expect([moved.status, moved.headers.location]).toEqual([301, '/docs/?q=1'])
  const listing = await get('/empty/')
  expect([listing.status, listing.body.toString()]).toEqual([404, '<h1>lost</h1>'])
  expect((await get('/docs/index.html/')).status).toBe(404)
})

it('answers HEAD, 304, ranges and 416', async () => {
  const { node, get } = await serve()
  const head = await rawRequest(node.url, { host: 'one.example', path: '/movie.mp4', method: 'HEAD' })
  expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '2500000', 0])
  const same = await get('/movie.mp4', { 'if-none-match': `${head.headers.etag}` })
  expect([same.status, same.body.length]).toEqual([304, 0])
  const part = await get('/movie.mp4', { range: 'bytes=1048570-2097160', 'if-range': `${head.headers.etag}` })
  expect([part.status, part.headers['content-range']]).toEqual([206, 'bytes 1048570-2097160/2500000'])
  expect(part.body.equals(Buffer.from(movie.subarray(1_048_570, 2_097_161)))).toBe(true)
  expect((await get('/movie.mp4', { range: 'bytes=2500000-' })).status).toBe(416)
  expect((await get('/movie.mp4')).body.equals(Buffer.from(movie))).toBe(true)
})

it('answers the error page with 404, whole, and a plain sentence where there is none', async () => {
  const { get } = await serve()
  const lost = await get('/nope/at/all', { range: 'bytes=0-1', 'if-none-match': '*' })
  expect([lost.status, lost.body.toString()]).toEqual([404, '<h1>lost</h1>'])
  const plain = await serve({ 'index.html': 'x' })
  const sentence = await plain.get('/nope')
  expect([sentence.status, sentence.headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8'])
})

it('serves from sharded directories', async () => {
  const many = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`p${i}.html`, `page ${i}`]))
  const { get } = await serve({ ...many, 'index.html': 'start' }, { shardSplitThresholdBytes: 1_000 })
  expect((await get('/')).body.toString()).toBe('start')
  for (const i of [0, 123, 599]) expect((await get(`/p${i}.html`)).body.toString()).toBe(`page ${i}`)
  expect((await get('/p600.html')).status).toBe(404)
})

it('keeps two sites apart: each answers at its own host only, and an unknown one tells nothing', async () => {
  const { node, roots, get } = await serve()
  roots.set('two.example', await storeSite(node.store, { 'index.html': 'second', 'secret.txt': 'two only' }))
  expect((await get('/', {}, 'two.example')).body.toString()).toBe('second')
  expect((await get('/secret.txt', {}, 'one.example')).status).toBe(404)
  expect((await get('/two.example/secret.txt', {}, 'one.example')).status).toBe(404)
  for (const host of ['three.example', 'example', 'one.example.evil.example', '127.0.0.1.nip.io']) {
    const unknown = await get('/', {}, host)
    expect([unknown.status, unknown.headers['x-domainsync-code']]).toEqual([404, 'HOST_UNKNOWN'])
    expect(unknown.body.toString()).not.toMatch(/one\.example|two\.example/)
  }
})

it('does not let X-Forwarded-Host or an absolute target choose the site', async () => {
  const { get } = await serve()
  expect((await get('/', { 'x-forwarded-host': 'one.example' }, 'three.example')).status).toBe(404)
  expect((await get('http://one.example/', {}, 'three.example')).status).toBe(400)
})

it('serves a CID as its own origin, immutable, unless its release is quarantined', async () => {
  const { root, roots, get } = await serve()
  const host = `${root}.ipfs.localhost`
  roots.set(host, root)
  const page = await get('/', {}, host)
  expect([page.status, page.body.toString()]).toEqual([200, '<h1>home</h1>'])
  expect(page.headers['cache-control']).toBe('public, max-age=29030400, immutable')
  roots.set(host, 'quarantined')
  expect((await get('/', {}, host)).status).toBe(410)
  const unknown = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi.ipfs.localhost'
  expect((await get('/', {}, unknown)).status).toBe(404)
})

it('refuses a quarantined release by host with a sentence, and still gives its blocks', async () => {
  const { root, roots, get } = await serve()
  roots.set('one.example', 'quarantined')
  const refused = await get('/')
  expect([refused.status, refused.headers['x-domainsync-code']]).toEqual([410, 'RELEASE_QUARANTINED'])
  expect(refused.headers['cache-control']).toBe('no-store')
  expect(refused.body.toString()).toContain('quarantined')
  expect((await get(`/ipfs/${root}?format=raw`)).status).toBe(200)
})

it('gives a site its own /ipfs folder, and verifiable blocks beside it', async () => {
  const { root, get } = await serve({ 'index.html': 'x', 'ipfs/about.html': 'my folder' })
  expect((await get('/ipfs/about.html')).body.toString()).toBe('my folder')
  expect((await get(`/ipfs/${root}?format=raw`)).headers['content-type']).toBe('application/vnd.ipld.raw')
  expect((await get(`/ipfs/${root}`)).status).toBe(404)
})

it.each([
  '/../etc/passwd',
  '/docs/../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/..%2fetc%2fpasswd',
  '/docs/%2e%2e/index.html',
  '/./index.html',
  '/a%00b',
  '/%ff',
  '/%zz',
])('refuses %s', async (path) => {
  const { get } = await serve()
  const refused = await get(path)
  expect([refused.status, refused.headers['x-domainsync-code']]).toEqual([400, 'PATH_INVALID'])
})

it.each(['//index.html', '//evil.example/', '/docs//index.html', '/\\evil.example', '/..\\index.html'])(
  'finds nothing at %s and sends nobody away',
  async (path) => {
    const { get } = await serve()
    const answer = await get(path)
    expect(answer.status).toBe(404)
    expect(answer.headers.location).toBeUndefined()
  },
)

it('answers 400 to a Host that is none, and 431 to headers over 16 KiB', async () => {
  const { node, get } = await serve()
  for (const host of ['a b', 'one.example/..', 'one.example:99999999', '<script>']) {
    expect((await get('/', {}, host)).status).toBe(400)
  }
  expect((await rawRequest(node.url, { host: 'one.example', headers: { 'x-long': 'a'.repeat(17_000) } })).status).toBe(
    431,
  )
})

it("cuts the connection when a file's later block is damaged, and answers 500 when its first is", async () => {
  const { node, get } = await serve()
  await damageBlock(node.path, movie.subarray(2 * 1024 * 1024))
  const cut = await get('/movie.mp4')
  expect(cut.cut).toBe(true)
  expect(cut.body.length).toBeLessThan(movie.length)
  await damageBlock(node.path, movie.subarray(0, 1024 * 1024))
  const failed = await get('/movie.mp4')
  expect([failed.status, failed.headers['x-domainsync-code']]).toEqual([500, 'BLOCK_DAMAGED'])
  expect(node.events.filter(({ kind }) => kind === 'block')).toHaveLength(2)
})

it('says INTERNAL and no more when the lookup of a host fails', async () => {
  const sites: Sites = async () => {
    throw new Error('postgres://user:password@db is down')
  }
  const node = await runningNode({ sites })
  const answer = await rawRequest(node.url, { host: 'one.example' })
  expect([answer.status, answer.headers['x-domainsync-code']]).toEqual([500, 'INTERNAL'])
  expect(answer.body.toString()).not.toContain('password')
  expect(node.events).toMatchObject([{ kind: 'failed', code: 'UNEXPECTED' }])
})
