import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CurlEnd, curl, curlAbsence } from '../support/curl.ts'
import { openGatewaySites } from '../support/gateway-sites.ts'

const MOVIE = randomBytes(3_000_000)

describe.skipIf(curlAbsence())('the gateway as curl meets it', () => {
  const stack = new AsyncDisposableStack()
  let port: number
  let root: string
  let ask: (path: string, ...args: string[]) => Promise<CurlEnd>
  beforeAll(async () => {
    const { node, roots } = stack.use(
      await openGatewaySites({
        'one.example': {
          'index.html': '<h1>one</h1>',
          '404.html': '<h1>lost</h1>',
          'docs/index.html': 'docs',
          'movie.mp4': MOVIE,
          _redirects: '/old/* /docs/ 301\n/app/* /index.html 200\n',
        },
      }),
    )
    port = node.port
    root = `${roots.get('one.example')}`
    ask = (path, ...args) =>
      curl(`http://one.example:${port}${path}`, ['--resolve', `one.example:${port}:127.0.0.1`, ...args])
  })
  afterAll(() => stack.disposeAsync())

  it('serves a page, its headers alone, and its redirects to where they lead', async () => {
    expect((await ask('/')).body.toString()).toBe('<h1>one</h1>')
    const head = await ask('/', '--head')
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '12', 0])
    expect((await ask('/docs')).headers.location).toBe('/docs/')
    const last = await ask('/old/page?x=1', '--location')
    expect(last.body.toString()).toContain('docs')
    expect((await ask('/app/route')).body.toString()).toBe('<h1>one</h1>')
    expect(await ask('/nope')).toMatchObject({ status: 404, body: Buffer.from('<h1>lost</h1>') })
  })

  it('continues a download that was broken off', async () => {
    const part = await ask('/movie.mp4', '--range', '0-999999')
    const rest = await ask('/movie.mp4', '--range', '1000000-')
    expect([part.status, rest.status]).toEqual([206, 206])
    expect(Buffer.concat([part.body, rest.body]).equals(MOVIE)).toBe(true)
    expect((await ask('/movie.mp4', '--range', '0-1,5-6')).body.equals(MOVIE)).toBe(true)
  })

  it('sends nothing anew that has not changed, and compresses nothing that it was not told of', async () => {
    const { headers } = await ask('/', '--compressed')
    expect(headers['content-encoding']).toBeUndefined()
    const again = await ask('/', '--header', `If-None-Match: ${headers.etag}`)
    expect([again.status, again.body.length]).toEqual([304, 0])
  })

  it('gives blocks and CARs at the path and under the format that was asked for', async () => {
    const raw = await curl(`http://127.0.0.1:${port}/ipfs/${root}?format=raw`)
    expect([raw.status, raw.headers['content-type']]).toEqual([200, 'application/vnd.ipld.raw'])
    const car = await curl(`http://127.0.0.1:${port}/ipfs/${root}/movie.mp4?dag-scope=entity`, [
      '--header',
      'Accept: application/vnd.ipld.car',
    ])
    expect([car.exitCode, car.status]).toEqual([0, 200])
    expect(car.body.length).toBeGreaterThan(MOVIE.length)
    expect((await curl(`http://127.0.0.1:${port}/ipfs/${root}`)).status).toBe(400)
  })

  it.each(['/../etc/passwd', '/%2e%2e/etc/passwd', '/docs/../../etc/passwd', '/%00', '/docs%2findex.html'])(
    'refuses %s as it was written',
    async (path) => {
      expect(await ask(path)).toMatchObject({ status: 400, exitCode: 0 })
    },
  )

  it('speaks HTTP/1.0, and is neither proxy nor tunnel', async () => {
    const old = await ask('/', '--http1.0')
    expect([old.status, old.body.toString()]).toEqual([200, '<h1>one</h1>'])
    const proxied = await curl('http://one.example/', ['--proxy', `http://127.0.0.1:${port}`])
    expect(proxied.status).toBe(400)
    const tunnel = await curl('http://one.example/', ['--proxytunnel', '--proxy', `http://127.0.0.1:${port}`])
    expect(tunnel.exitCode).not.toBe(0)
  })
})
