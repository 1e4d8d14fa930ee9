import { expect, it } from 'vitest'
import { siteServer } from './site-server.test.support.ts'

const files = {
  'index.html': '<h1>home</h1>',
  '404.html': '<h1>lost</h1>',
  'docs/a.txt': 'aaa',
  'docs/index.html': 'docs',
  'empty.txt': '',
}

it.each([
  ['a.html', 'text/html; charset=utf-8'],
  ['a.htm', 'text/html; charset=utf-8'],
  ['A.HTML', 'text/html; charset=utf-8'],
  ['a.css', 'text/css; charset=utf-8'],
  ['a.js', 'text/javascript; charset=utf-8'],
  ['a.mjs', 'text/javascript; charset=utf-8'],
  ['a.json', 'application/json; charset=utf-8'],
  ['a.webmanifest', 'application/manifest+json; charset=utf-8'],
  ['a.txt', 'text/plain; charset=utf-8'],
  ['a.md', 'text/markdown; charset=utf-8'],
  ['a.xml', /^(text|application)\/xml/],
  ['a.svg', 'image/svg+xml'],
  ['a.png', 'image/png'],
  ['a.webp', 'image/webp'],
  ['a.avif', 'image/avif'],
  ['a.ico', /^image\/(x-icon|vnd\.microsoft\.icon)$/],
  ['a.woff2', 'font/woff2'],
  ['a.wasm', 'application/wasm'],
  ['a.pdf', 'application/pdf'],
  ['a.mp4', 'video/mp4'],
  ['a.tar.gz', 'application/gzip'],
  ['html', 'application/octet-stream'],
  ['a.', 'application/octet-stream'],
  ['a.unknown', 'application/octet-stream'],
  ['.htaccess', 'application/octet-stream'],
])('types %s by its name alone, and lets nobody guess', async (name, type) => {
  const { get } = await siteServer({ [name]: '<script>alert(1)</script>' })
  const { status, headers } = await get(`/${name}`)
  expect(status).toBe(200)
  expect(headers['content-type']).toMatch(type)
  expect(headers['x-content-type-options']).toBe('nosniff')
})

it('says which path was asked and what each of its names stands for', async () => {
  const { root, get } = await siteServer(files)
  const { headers } = await get('/docs/a.txt?x=1')
  expect(headers['x-ipfs-path']).toBe(`/ipfs/${root}/docs/a.txt`)
  const roots = `${headers['x-ipfs-roots']}`.split(',')
  expect([roots.length, roots[0], `"${roots[2]}"`]).toEqual([3, `${root}`, headers.etag])
  expect((await get('/docs/')).headers['x-ipfs-path']).toBe(`/ipfs/${root}/docs/`)
  expect((await get('/nope')).headers['x-ipfs-path']).toBe(`/ipfs/${root}/nope`)
})

it('lets a reader keep a file, under a name of its own, without changing its type', async () => {
  const { get } = await siteServer(files)
  const disposition = async (query: string) => (await get(`/docs/a.txt${query}`)).headers['content-disposition']
  expect(await disposition('')).toBeUndefined()
  expect(await disposition('?download=false')).toBeUndefined()
  expect(await disposition('?download=true')).toBe('attachment')
  expect(await disposition('?filename=b.html')).toBe('inline; filename="b.html"')
  expect(await disposition('?download=true&filename=gr%C3%BC%C3%9Fe.txt')).toBe(
    `attachment; filename="gr__e.txt"; filename*=UTF-8''gr%C3%BC%C3%9Fe.txt`,
  )
  expect((await get('/docs/a.txt?filename=b.html')).headers['content-type']).toBe('text/plain; charset=utf-8')
})

it('answers conditional requests for a page, and 412 to If-Match that names another version', async () => {
  const { get, head } = await siteServer(files)
  const { etag } = (await get('/')).headers
  for (const list of [`${etag}`, `W/${etag}`, `"x", ${etag}`, '*']) {
    const same = await get('/', { 'if-none-match': list })
    expect([same.status, same.body.length, same.headers.etag]).toEqual([304, 0, etag])
    expect(same.headers['cache-control']).toBe('public, max-age=0, must-revalidate')
    expect((await head('/', { 'if-none-match': list })).status).toBe(304)
  }
  expect((await get('/', { 'if-none-match': '"x"' })).status).toBe(200)
  expect((await get('/', { 'if-match': `${etag}` })).status).toBe(200)
  expect((await get('/', { 'if-match': '"x"' })).headers['x-domainsync-code']).toBe('PRECONDITION_FAILED')
})

it('serves one range, all of it for several, and none for HEAD', async () => {
  const { get, head } = await siteServer(files)
  const { status, headers, body } = await get('/docs/a.txt', { range: 'bytes=1-' })
  expect([status, headers['content-range'], body.toString()]).toEqual([206, 'bytes 1-2/3', 'aa'])
  expect((await get('/docs/a.txt', { range: 'bytes=-1' })).headers['content-range']).toBe('bytes 2-2/3')
  const several = await get('/docs/a.txt', { range: 'bytes=0-0,2-2' })
  expect([several.status, several.body.toString()]).toEqual([200, 'aaa'])
  const whole = await head('/docs/a.txt', { range: 'bytes=1-' })
  expect([whole.status, whole.headers['content-length']]).toEqual([200, '3'])
})

it('serves an empty file, whose every range lies outside', async () => {
  const { get } = await siteServer(files)
  const empty = await get('/empty.txt')
  expect([empty.status, empty.headers['content-length'], empty.cut]).toEqual([200, '0', false])
  expect((await get('/empty.txt', { range: 'bytes=0-' })).status).toBe(416)
})

it('answers HEAD with the headers of GET, whatever the answer is', async () => {
  const { get, head } = await siteServer(files)
  for (const path of ['/', '/docs', '/docs/a.txt', '/nope', '/%zz', '/empty.txt']) {
    const [full, bare] = [await get(path), await head(path)]
    const { date: _, ...expected } = full.headers
    expect([bare.status, bare.body.length]).toEqual([full.status, 0])
    expect(bare.headers).toMatchObject(expected)
  }
})
