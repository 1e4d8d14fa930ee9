import fc from 'fast-check'
import { expect, it } from 'vitest'
import { HOST, siteServer } from '../gateway/site-server.test.support.ts'
import { rawSocket } from './raw-socket.test.support.ts'
import { TOKEN } from './running-node.test.support.ts'

const files = { 'index.html': 'home', 'docs/a.txt': 'aaa', 'secret.txt': 'SECRET' }

async function server() {
  const site = await siteServer(files)
  const port = Number(new URL(site.url).port)
  return { ...site, port, raw: (text: string) => rawSocket(port, text) }
}

const statuses = (answer: string) => [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))

it.each([
  [
    'both lengths',
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /secret.txt HTTP/1.1\r\nHost: x\r\n\r\n',
  ],
  ['both lengths, chunked first', 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'],
  ['two lengths', 'Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello'],
  ['a list of lengths', 'Content-Length: 0, 5\r\n\r\nhello'],
  ['a signed length', 'Content-Length: +5\r\n\r\nhello'],
  ['a length in hex', 'Content-Length: 0x5\r\n\r\nhello'],
  ['chunked twice', 'Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n'],
  ['chunked before another coding', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
  ['an unknown coding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['a space before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
  ['a folded header', 'Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n'],
  ['a header line that ends in LF', 'X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a chunk size that is none', 'Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n'],
  ['a chunk size without end', `Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(100)}\r\n`],
  ['NUL in a header', 'X: a\0b\r\n\r\n'],
  ['CR in a header', 'X: a\rb: c\r\n\r\n'],
])('answers no second request hidden by %s', async (_, rest) => {
  const { raw } = await server()
  const answer = await raw(`GET /docs/a.txt HTTP/1.1\r\nHost: ${HOST}\r\n${rest}`).ended
  expect(answer).not.toContain('SECRET')
  expect(statuses(answer).length).toBeLessThanOrEqual(1)
  expect(statuses(answer).filter((status) => status !== 400 && status !== 501 && status !== 200)).toEqual([])
  if (!rest.startsWith('Transfer-Encoding: chunked\r\n\r\n')) expect(statuses(answer)).not.toContain(200)
})

it('takes a body for a body, never for the next request', async () => {
  const { raw } = await server()
  const hidden = `GET /secret.txt HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`
  const get = `GET /docs/a.txt HTTP/1.1\r\nHost: ${HOST}\r\n`
  const last = `${get}Connection: close\r\n\r\n`
  for (const body of [
    `Content-Length: ${hidden.length}\r\n\r\n${hidden}`,
    `Transfer-Encoding: chunked\r\n\r\n${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`,
  ]) {
    const answer = await raw(`${get}${body}${last}`).ended
    expect(answer).not.toContain('SECRET')
    // The second is answered, or the connection ended: a GET with a body is nothing that a reader sends.
    expect(statuses(answer).filter((status) => status !== 200)).toEqual([])
  }
})

it('ends a request whose body does not come, after its answer', async () => {
  const { raw } = await server()
  for (const method of ['GET', 'POST']) {
    const answer = await raw(`${method} / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 1000000\r\n\r\nx`).ended
    expect(statuses(answer)).toEqual([method === 'GET' ? 200 : 405])
    expect(answer).toMatch(/^connection: close/im)
  }
})

it.each([
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['no Host in HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', 400],
  ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 400],
  ['two Hosts that are one', `GET / HTTP/1.1\r\nHost: ${HOST}\r\nHost: ${HOST}\r\n\r\n`, 400],
  ['a Host with a path', `GET / HTTP/1.1\r\nHost: ${HOST}/x\r\n\r\n`, 400],
  ['a Host with a user', `GET / HTTP/1.1\r\nHost: a@${HOST}\r\n\r\n`, 400],
  ['a Host that is a list', `GET / HTTP/1.1\r\nHost: ${HOST}, x\r\n\r\n`, 400],
  ['an absolute target', `GET http://${HOST}/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 400],
  ['a target with another host', `GET http://x/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 400],
  ['a target that is no path', `GET index.html HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 400],
  ['a fragment', `GET /#x HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 404],
  ['a space in the target', `GET /a b HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 400],
  ['another protocol', `GET / HTTP/3.0\r\nHost: ${HOST}\r\n\r\n`, 400],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['an unknown method', `BREW / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 400],
  ['TRACE', `TRACE / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 405],
  ['an unknown expectation', `GET / HTTP/1.1\r\nHost: ${HOST}\r\nExpect: magic\r\n\r\n`, 417],
  ['a target of 20 kB', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 431],
  ['a query of 20 kB', `GET /?${'a'.repeat(20_000)} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 431],
  ['a header of 20 kB', `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ['a thousand headers', `GET / HTTP/1.1\r\nHost: ${HOST}\r\n${'X-Some-Header: x\r\n'.repeat(1_000)}\r\n`, 431],
])('answers %s with a status, and goes on', async (_, request, status) => {
  const { raw, get } = await server()
  const one = request.replace(/\r\n\r\n/, '\r\nConnection: close\r\n\r\n')
  expect(statuses(await raw(one).ended)).toEqual([status])
  expect((await get('/')).body.toString()).toBe('home')
})

it.each([
  '/..%2f..%2fsecret.txt',
  '/docs/..%2fsecret.txt',
  '/docs%2fa.txt',
  '/docs/%2e%2e/secret.txt',
  '/docs/.%2e/secret.txt',
  '/docs/a.txt%00.html',
  '/docs/%252e%252e/secret.txt',
  '/docs/..%5csecret.txt',
  '/docs\\..\\secret.txt',
  '/docs/..;/secret.txt',
  '/%c0%ae%c0%ae/secret.txt',
  '/docs/a.txt/../../secret.txt',
  `/${'a/'.repeat(5_000)}`,
  `/${'docs/'.repeat(2_000)}`,
  `/${'%2e'.repeat(4_000)}`,
  `/ipfs/${'../'.repeat(100)}secret.txt?format=car`,
])('never leaves the path it was asked: %s', async (path) => {
  const { get } = await server()
  const answer = await get(path)
  expect([400, 404]).toContain(answer.status)
  expect(answer.body.toString()).not.toContain('SECRET')
  expect(answer.headers.location).toBeUndefined()
})

it('answers any query, and repeats none of it in a header that it could break', async () => {
  const { get } = await server()
  for (const query of [
    `?${'a=b&'.repeat(3_000)}`,
    '?%',
    '?%00%0d%0aX:%20y',
    '?filename=%0d%0aX:%20y',
    '?=&&=',
    '?filename=',
  ]) {
    const answer = await get(`/docs/a.txt${query}`)
    expect([answer.status, answer.headers.x]).toEqual([200, undefined])
  }
})

it('keeps the control API from who has no token, however its path is written', async () => {
  const { get } = await server()
  for (const path of [
    '/.domainsync/v1/roots',
    '//.domainsync/v1/roots',
    '/x/../.domainsync/v1/roots',
    '/%2edomainsync/v1/roots',
  ]) {
    expect([400, 401, 404]).toContain((await get(path)).status)
  }
  expect((await get('/.domainsync/v1/roots', { authorization: `Bearer ${TOKEN}` })).status).toBe(200)
})

it('fails at no target and no header, whatever bytes they are of', async () => {
  const { raw, events } = await server()
  const bytes = (most: number) =>
    fc.array(fc.integer({ min: 0x21, max: 0xff }), { maxLength: most }).map((codes) => String.fromCharCode(...codes))
  const start = fc.constantFrom('/', '/docs/', '/ipfs/', '/ipfs/bafkqaaa?', '/docs/a.txt?filename=', '/nope?', '/%')
  const header = fc.constantFrom('X', 'Accept', 'Range', 'If-None-Match', 'If-Match', 'If-Range', 'Cache-Control')
  await fc.assert(
    fc.asyncProperty(start, bytes(30), header, bytes(30), async (path, rest, name, value) => {
      const host = path.startsWith('/ipfs') ? 'localhost' : HOST
      const lines = [`GET ${path}${rest} HTTP/1.1`, `Host: ${host}`, `${name}: ${value}`, 'Connection: close']
      const answer = await raw(`${lines.join('\r\n')}\r\n\r\n`).ended
      expect(statuses(answer).every((status) => status < 500)).toBe(true)
      expect(statuses(answer)).toHaveLength(1)
    }),
    { numRuns: 300 },
  )
  expect(events).toEqual([])
})
