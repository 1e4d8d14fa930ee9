import { expect, it } from 'vitest'
import { HOST, siteServer } from './site-server.test.support.ts'

const pages = {
  'index.html': 'home',
  'one.html': 'one',
  '404.html': 'lost',
  '410.html': 'gone',
  '451.html': 'forbidden',
  'docs/a b.txt': 'spaced',
  'größe.html': 'large',
  'app/index.html': 'app',
}
const withRules = (...rules: string[]) => siteServer({ ...pages, _redirects: rules.join('\n') })

it.each([
  ['/default', '/one.html', 301],
  ['/moved /one.html 301', '/one.html', 301],
  ['/found /one.html 302', '/one.html', 302],
  ['/other /one.html 303', '/one.html', 303],
  ['/again /one.html 307', '/one.html', 307],
  ['/ever /one.html 308', '/one.html', 308],
  ['/far https://example.com/x?y#z 302', 'https://example.com/x?y#z', 302],
  ['/de /日本/größe 301', '/%E6%97%A5%E6%9C%AC/gr%C3%B6%C3%9Fe', 301],
])('sends a reader on: %s', async (rule, location, status) => {
  const { get } = await withRules(rule.includes(' ') ? rule : `${rule} /one.html`)
  const answer = await get(rule.split(' ')[0] ?? '')
  expect([answer.status, answer.headers.location]).toEqual([status, location])
  expect(answer.headers['cache-control']).toBe('no-store')
})

it.each([
  [200, '/index.html', 'home'],
  [404, '/404.html', 'lost'],
  [410, '/410.html', 'gone'],
  [451, '/451.html', 'forbidden'],
  [200, '/app/', 'app'],
  [200, '/größe.html', 'large'],
])('answers %i with the file %s, its type and its ETag', async (status, to, body) => {
  const { get, root } = await withRules(`/x/* ${to} ${status}`)
  const answer = await get('/x/y/z', { range: 'bytes=0-1' })
  expect(answer.body.toString()).toBe(status === 200 ? body.slice(0, 2) : body)
  expect(answer.status).toBe(status === 200 ? 206 : status)
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(answer.headers.etag).toMatch(/^"bafk/)
  expect(answer.headers['x-ipfs-path']).toBe(`/ipfs/${root}/x/y/z`)
})

it('fills in placeholders and the splat, so that no value leaves the path', async () => {
  const { get } = await withRules(
    '/posts/:year/:month/:title /articles/:year/:month/:title',
    '/old/:page /docs/:page 302',
    '/splat/* /to/:splat',
    '/bare/* /:splat',
  )
  const location = async (path: string) => (await get(path)).headers.location
  expect(await location('/posts/2022/01/hello')).toBe('/articles/2022/01/hello')
  expect(await location('/posts/2022/01')).toBeUndefined()
  expect(await location('/old/a%20b.txt')).toBe('/docs/a%20b.txt')
  expect(await location('/splat/a/b/c.html')).toBe('/to/a/b/c.html')
  expect(await location('/splat/')).toBe('/to/')
  expect(await location('/bare//evil.example/')).toBe('/evil.example')
  expect(await location('/bare/https:%5C%5Cevil.example')).toBe('/https%3A%5C%5Cevil.example')
})

it('takes the first rule that matches, and none for a path that is there', async () => {
  const { get } = await withRules('/a /one.html 302', '/a /index.html 303', '/* /index.html 200')
  expect((await get('/a')).status).toBe(302)
  expect((await get('/one.html')).body.toString()).toBe('one')
  expect((await get('/docs/a%20b.txt')).body.toString()).toBe('spaced')
  expect((await get('/deep/route')).body.toString()).toBe('home')
})

it('carries the query along, unless the rule has one of its own', async () => {
  const { get } = await withRules('/a /one.html 302', '/b /one.html?x=1 302', '/c https://example.com/#top 302')
  expect((await get('/a?q=%2F&q=2')).headers.location).toBe('/one.html?q=%2F&q=2')
  expect((await get('/b?q=2')).headers.location).toBe('/one.html?x=1')
  expect((await get('/c?q=2')).headers.location).toBe('https://example.com/?q=2#top')
})

it('goes on to 404.html when a rewrite names no file', async () => {
  const { get } = await withRules('/a /nowhere.html 200', '/b /docs/ 200')
  for (const path of ['/a', '/b'])
    expect([(await get(path)).status, (await get(path)).body.toString()]).toEqual([404, 'lost'])
})

it('reads comments, blank lines and both line ends', async () => {
  const { get } = await siteServer({ ...pages, _redirects: '# hello\r\n\r\n  /a   /one.html  302 \r\n/b /one.html' })
  expect((await get('/a')).status).toBe(302)
  expect((await get('/b')).status).toBe(301)
})

it.each([
  ['a line without a target', '/a'],
  ['a status that is none', '/a /b 300'],
  ['a forced redirect', '/a /b 301!'],
  ['a splat in the middle', '/*/a /b'],
  ['a target off the web', '/a javascript:alert(1) 301'],
  ['a rewrite to elsewhere', '/a https://example.com/ 200'],
  ['a target that no header can hold', '/a /b\u0001c'],
  ['a target that is another host', '/a //evil.example 301'],
  ['more than 64 KiB', `/a /b\n${'#'.repeat(65_536)}`],
])('answers 500 with a sentence for %s, and still serves what is there', async (_, rules) => {
  const { get, events } = await siteServer({ ...pages, _redirects: rules })
  const broken = await get('/nope')
  expect([broken.status, broken.headers['x-domainsync-code']]).toEqual([500, 'REDIRECTS_INVALID'])
  expect(broken.body.toString()).toMatch(/^The site's _redirects file cannot be used: .+\.\n$/)
  expect(events).toMatchObject([{ kind: 'failed', code: 'REDIRECTS_INVALID' }])
  expect((await get('/one.html')).status).toBe(200)
})

it('matches many rules of the largest file at once', async () => {
  const rules = Array.from({ length: 2_000 }, (_, i) => `/r${i}/:a/:b/* /one.html 302`)
  const { get } = await withRules(...rules)
  expect(rules.join('\n').length).toBeLessThan(65_536)
  expect((await get(`/r1999/${'x/'.repeat(200)}`)).status).toBe(302)
  expect((await get(`/${'x/'.repeat(200)}`, { host: HOST })).status).toBe(404)
})
