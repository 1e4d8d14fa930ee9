import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Chromium, chromiumAbsence, startChromium } from '../support/chromium.ts'
import { openGatewaySites } from '../support/gateway-sites.ts'

const LARGE_BYTES = 50_000
const ONE = {
  'index.html':
    '<!doctype html><link rel="stylesheet" href="/style.css"><title>one</title><script type="module" src="/app.mjs"></script><p id="hi">grüße</p>',
  'style.css': '#hi { color: rgb(1, 2, 3) }',
  'app.mjs': 'import { name } from "./lib/name.js"; document.body.dataset.ran = name',
  'lib/name.js': 'export const name = "module"',
  'data.json': '{"answer":42}',
  'notes.txt': 'document.body.dataset.evil = "ran"',
  'docs/index.html': '<title>docs</title><a href="page.html">next</a>',
  'docs/page.html': '<title>page</title>',
  '404.html': '<title>lost</title>',
  'worker.js': 'self.addEventListener("fetch", () => {})',
  'large.txt': 'x'.repeat(LARGE_BYTES),
  'digits.bin': '0123456789',
  _redirects: '/old /docs/ 302\n/app/* /index.html 200\n',
}
const TWO = { 'index.html': '<title>two</title>' }

describe.skipIf(chromiumAbsence())('the gateway as Chromium meets it', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let chromium: Chromium
  let page: Page
  let one: string
  let two: string
  let gateway: string
  let root: string
  beforeAll(async () => {
    const { node, roots } = stack.use(await openGatewaySites({ 'one.example': ONE, 'two.example': TWO }))
    const at = (host: string) => `http://${host}.localhost:${node.port}`
    one = at('one.example')
    two = at('two.example')
    gateway = node.url
    root = `${roots.get('one.example')}`
    chromium = stack.use(await startChromium())
    page = await chromium.newPage()
  })
  afterAll(() => stack.disposeAsync())

  /** What an expression gives in the page, whose own types are not ours. */
  const inPage = (expression: string) => page.evaluate(expression) as Promise<unknown>

  it('shows a page with its style, its modules and its letters', async () => {
    await page.goto(one)
    expect(await page.title()).toBe('one')
    await expect.poll(() => inPage('document.body.dataset.ran'), { timeout: 15_000 }).toBe('module')
    expect(await inPage('getComputedStyle(document.getElementById("hi")).color')).toBe('rgb(1, 2, 3)')
    expect(await inPage('document.getElementById("hi").textContent')).toBe('grüße')
    expect(await inPage('fetch("/data.json").then((answer) => answer.json())')).toEqual({ answer: 42 })
  })

  it('takes a reader to directories and redirects, and shows routes and the page for what is lost', async () => {
    expect((await page.goto(`${one}/docs`))?.url()).toBe(`${one}/docs/`)
    await page.click('a')
    expect(await page.title()).toBe('page')
    expect((await page.goto(`${one}/old?x=1`))?.url()).toBe(`${one}/docs/?x=1`)
    expect((await page.goto(`${one}/app/any/route`))?.status()).toBe(200)
    expect(await page.title()).toBe('one')
    expect((await page.goto(`${one}/nope`))?.status()).toBe(404)
    expect(await page.title()).toBe('lost')
  })

  it('asks again for what may have changed, and is told that it has not', async () => {
    await page.goto(one)
    const read = 'fetch("/large.txt").then((answer) => answer.text()).then((text) => text.length)'
    const sent =
      'performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("large.txt")).at(-1).transferSize'
    expect(await inPage(read)).toBe(LARGE_BYTES)
    await expect.poll(() => inPage(sent), { timeout: 15_000 }).toBeGreaterThan(LARGE_BYTES)
    expect(await inPage(read)).toBe(LARGE_BYTES)
    await expect.poll(() => inPage(sent), { timeout: 15_000 }).toBeLessThan(LARGE_BYTES / 10)
  })

  it('gets a part of a file', async () => {
    await page.goto(one)
    const part = 'fetch("/digits.bin", { headers: { range: "bytes=2-4" } })'
    expect(await inPage(`${part}.then(async (answer) => [answer.status, await answer.text()])`)).toEqual([206, '234'])
  })

  it('runs nothing that is no script', async () => {
    await page.goto(one)
    const load = 'new Promise((done) => Object.assign(document.head.appendChild(document.createElement("script")),'
    const tried = `${load} { src: "/notes.txt", onload: () => done("ran"), onerror: () => done("refused") }))`
    expect(await inPage(tried)).toBe('refused')
    expect(await inPage('document.body.dataset.evil')).toBeUndefined()
  })

  it('keeps two sites apart: each has its own storage and its own service worker', async () => {
    await page.goto(one)
    await inPage('localStorage.setItem("secret", "of one")')
    expect(await inPage('navigator.serviceWorker.register("/worker.js").then(({ scope }) => scope)')).toBe(`${one}/`)
    await page.goto(two)
    expect(await inPage('localStorage.getItem("secret")')).toBeNull()
    expect(await inPage('navigator.serviceWorker.getRegistrations().then((all) => all.length)')).toBe(0)
    await page.goto(one)
    await inPage(
      'navigator.serviceWorker.getRegistrations().then((all) => Promise.all(all.map((r) => r.unregister())))',
    )
  })

  it('lets any page read blocks and CARs with all their headers, and shows none of them', async () => {
    await page.goto(two)
    const block = `fetch("${gateway}/ipfs/${root}?format=raw")`
    const read = `${block}.then(async (answer) => [answer.headers.get("etag"), answer.headers.get("x-ipfs-roots"), (await answer.bytes()).length > 0])`
    expect(await inPage(read)).toEqual([`"${root}.raw"`, root, true])
    await expect(page.goto(`${gateway}/ipfs/${root}?format=raw`)).rejects.toThrow(/Download is starting/)
  })
})
