import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { startServer } from '../http-server.test.support.ts'
import { parseRedirects } from './redirects.ts'
import { type VerifyServedOptions, verifyServed } from './verify-served.ts'

const text = (value: string) => new TextEncoder().encode(value)
const SITE: Record<string, Uint8Array> = {
  '404.html': text('no such page'),
  'a b/ü?.txt': text('odd name'),
  'docs/index.html': text('docs'),
  'index.html': text('<h1>start</h1>'),
  'style.css': text('body{}'),
}

function releaseOf(files: Record<string, Uint8Array>, rules = '') {
  const listed = Object.entries(files).map(([path, bytes]) => ({
    path,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }))
  return { files: listed, redirects: parseRedirects(text(rules)) }
}

/** A plain web server of files; `change` may take over a request. */
function serve(
  files: Record<string, Uint8Array>,
  change: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
) {
  return startServer((request, response) => {
    if (change(request, response)) return
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname).slice(1)
    const bytes = files[path] ?? files[`${path}index.html`]
    if (bytes === undefined) response.statusCode = 404
    response.end(bytes ?? files['404.html'] ?? 'not found')
  })
}

async function failuresOf(
  { url }: { url: string },
  release = releaseOf(SITE),
  options: Partial<VerifyServedOptions> = {},
) {
  const checks = await verifyServed(release, { url, inBrowser: false, ...options })
  expect(checks.every(({ step }) => step === 7)).toBe(true)
  return checks.filter(({ ok }) => !ok).map(({ subject, code }) => [subject, code])
}

describe('verifyServed', () => {
  it('accepts a site that serves every listed file, folder indexes and its own error page', async () => {
    await using server = await serve(SITE)
    const checks = await verifyServed(releaseOf(SITE), { url: `${server.url}/ignored` })
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
    expect(checks.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining([
        '/',
        '/index.html',
        '/docs/',
        '/docs/index.html',
        '/style.css',
        '/a%20b/%C3%BC%3F.txt',
        '/404.html',
      ]),
    )
    expect(checks.filter(({ subject }) => subject.includes('no-such-page'))).toHaveLength(2)
  })

  it('compares bytes after content decoding', async () => {
    await using server = await serve(SITE, (request, response) => {
      if (request.url !== '/style.css') return false
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(gzipSync(SITE['style.css']!))
      return true
    })
    expect(await failuresOf(server)).toEqual([])
  })

  it('finds a changed file', async () => {
    await using server = await serve({ ...SITE, 'style.css': text('body{display:none}') })
    expect(await failuresOf(server)).toEqual([['/style.css', 'SERVED_MISMATCH']])
  })

  it('finds a start page that is not index.html', async () => {
    await using server = await serve(SITE, (request, response) => {
      if (request.url !== '/') return false
      response.end('parked')
      return true
    })
    expect(await failuresOf(server)).toEqual([['/', 'SERVED_MISMATCH']])
  })

  it('finds a listed file that is missing', async () => {
    const { 'style.css': _, ...rest } = SITE
    await using server = await serve(rest)
    expect(await failuresOf(server)).toEqual([['/style.css', 'SERVED_MISSING']])
  })

  it('finds an error page that is not the release’s', async () => {
    await using server = await serve({ ...SITE, '404.html': text('<script>evil()</script>') })
    const failures = await failuresOf(server)
    expect(failures).toContainEqual(['/404.html', 'SERVED_MISMATCH'])
    expect(failures.filter(([path]) => path?.includes('no-such-page')).map(([, code]) => code)).toEqual([
      'SERVED_MISMATCH',
      'SERVED_MISMATCH',
    ])
  })

  it('fails on any success for a page that is not listed', async () => {
    await using server = await serve(SITE, (request, response) => {
      if (!request.url?.includes('no-such-page')) return false
      response.end(SITE['index.html'])
      return true
    })
    const failures = await failuresOf(server)
    expect(failures.map(([, code]) => code)).toEqual(['SERVED_UNLISTED', 'SERVED_UNLISTED'])
  })

  it('allows a success for it where the signed _redirects say so, with the bytes of a listed file', async () => {
    const rules = '/* /index.html 200'
    const files = { ...SITE, _redirects: text(rules) }
    const answer = (bytes: Uint8Array) =>
      serve(files, (request, response) => {
        if (!request.url?.includes('no-such-page')) return false
        response.end(bytes)
        return true
      })
    await using right = await answer(SITE['index.html']!)
    expect(await failuresOf(right, releaseOf(files, rules))).toEqual([])
    await using wrong = await answer(text('something else'))
    const failures = await failuresOf(wrong, releaseOf(files, rules))
    expect(failures.map(([, code]) => code)).toEqual(['SERVED_MISMATCH', 'SERVED_MISMATCH'])
  })

  it('follows a signed redirect to a listed file', async () => {
    const rules = '/* /style.css 302'
    const files = { ...SITE, _redirects: text(rules) }
    await using server = await serve(files, (request, response) => {
      if (!request.url?.includes('no-such-page')) return false
      response.writeHead(302, { location: '/style.css' })
      response.end()
      return true
    })
    expect(await failuresOf(server, releaseOf(files, rules))).toEqual([])
  })

  it('takes a signed rule to nowhere for no page', async () => {
    const rules = '/* /%zz 200'
    await using server = await serve({ ...SITE, _redirects: text(rules) })
    expect(await failuresOf(server, releaseOf({ ...SITE, _redirects: text(rules) }, rules))).toEqual([])
  })

  it('looks at the start page and a random sample when asked to', async () => {
    await using server = await serve(SITE)
    const checks = await verifyServed(releaseOf(SITE), { url: server.url, paths: { sample: 2 } })
    const pages = checks.map(({ subject }) => subject).filter((subject) => !subject.includes('no-such-page'))
    expect(pages).toHaveLength(3)
    expect(pages).toContain('/')
  })

  it('tells unreachable, silent and unreadable apart', async () => {
    await using silent = await startServer(() => {})
    const one = releaseOf({ x: text('x') })
    const codes = async (...args: Parameters<typeof failuresOf>) =>
      new Set((await failuresOf(...args)).map(([, code]) => code))
    expect(await codes(silent, one, { timeoutMs: 50 })).toEqual(new Set(['SERVED_TIMEOUT']))
    const gone = await startServer(() => {})
    await gone[Symbol.asyncDispose]()
    expect(await codes(gone, one)).toEqual(new Set(['SERVED_UNREACHABLE']))
    expect(await codes(gone, one, { inBrowser: true })).toEqual(new Set(['UNREADABLE']))
  })

  it('gives up soon where nobody answers, and says how much was not asked for', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${i}.txt`, text(`${i}`)]))
    const gone = await startServer(() => {})
    await gone[Symbol.asyncDispose]()
    const checks = await verifyServed(releaseOf(many), { url: gone.url, inBrowser: false })
    expect(checks.length).toBeLessThan(20)
    const asked = checks.length - 1
    expect(checks).toContainEqual(
      expect.objectContaining({
        subject: new URL(gone.url).origin,
        code: 'SERVED_UNREACHABLE',
        detail: expect.stringContaining(`${502 - asked} more pages were not asked for`),
      }),
    )
  })

  it('goes on where only some pages cannot be read', async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`${i}.txt`, text(`${i}`)]))
    await using server = await serve(many, (request, response) => {
      const broken = Number.parseInt(request.url?.slice(1) ?? '', 10) % 4 > 0
      if (broken) response.destroy()
      return broken
    })
    expect(await failuresOf(server, releaseOf(many))).toHaveLength(45)
  })

  it('does not take a body that is cut off for the file', async () => {
    const big = { 'index.html': new Uint8Array(300_000).fill(97) }
    await using server = await startServer((_, response) => {
      response.writeHead(200, { 'content-length': '300000' })
      response.write(big['index.html'].subarray(0, 100_000), () => response.destroy())
    })
    const failures = await failuresOf(server, releaseOf(big))
    expect(failures).toContainEqual(['/index.html', 'SERVED_UNREACHABLE'])
  })

  it('ends with the caller’s reason when aborted', async () => {
    await using silent = await startServer(() => {})
    const controller = new AbortController()
    const reason = new Error('enough')
    const checking = verifyServed(releaseOf(SITE), { url: silent.url, signal: controller.signal })
    controller.abort(reason)
    await expect(checking).rejects.toBe(reason)
  })
})
