import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSelfVerifying } from '../../examples/self-verifying/build.ts'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { type Chromium, chromiumAbsence, startChromium } from '../support/chromium.ts'
import { startRpcProxy } from '../support/lying-rpc.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { type SiteProxy, startSiteProxy } from '../support/site-proxy.ts'
import { untilServed } from '../support/until-served.ts'

/** What somebody serves who has the server and not the keys. */
const SWAPPED = '<!doctype html><h2 id="sentence">What you read is what was approved: release 2.</h2>'

describe.skipIf(chromiumAbsence())('the page that verifies itself', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let world: PublishWorld
  let chromium: Chromium
  let site: SiteProxy
  let rpcUrls: string[]
  let nodes: string[]
  let built: string

  beforeAll(async () => {
    world = stack.use(await openPublishWorld(undefined, { refreshEveryMs: 200 }))
    built = await mkdtemp(join(tmpdir(), 'domainsync-page-'))
    stack.defer(() => rm(built, { recursive: true }))
    const providers = Object.values(world.config.values.providers)
    nodes = providers.flatMap((provider) => (provider.kind === 'embedded' ? [provider.url] : []))
    rpcUrls = await Promise.all([1, 2, 3].map(async () => stack.use(await startRpcProxy(world.chain.url)).url))
    site = stack.use(await startSiteProxy(nodes[0]!, DOMAIN))
    chromium = stack.use(await startChromium())
  })
  afterAll(() => stack.disposeAsync())

  const siteUrl = (port: number | string) => `http://${DOMAIN}.localhost:${port}`

  async function publish(url: string) {
    const { registry, chainId } = world.config.values.network
    await buildSelfVerifying(built, { domain: DOMAIN, url, chainId, registry, rpcUrls, gateways: nodes })
    await using publisher = await openPublisher(world.config)
    const { root } = await publisher.publish(await publisher.plan(DOMAIN, { from: built }))
    await untilServed(nodes, { host: DOMAIN, root })
  }

  async function read(page: Page) {
    await page.locator('#verdict:not(.checking)').waitFor({ timeout: 20_000 })
    const [verdict, sentence, here] = await Promise.all([
      page.locator('#verdict').getAttribute('class'),
      page.locator('#sentence').textContent(),
      page.locator('#here').textContent(),
    ])
    return { verdict, sentence, here, steps: await page.locator('#steps > li').allInnerTexts() }
  }

  async function open(url: string) {
    const page = await chromium.newPage()
    await page.goto(url)
    return page
  }

  it('turns green, served by a node of ours, with all seven steps', async () => {
    const url = siteUrl(new URL(nodes[0]!).port)
    await publish(url)
    const { verdict, sentence, steps, here } = await read(await open(url))
    expect(sentence).toBe('What you read is what was approved: release 1.')
    expect(verdict).toBe('good')
    expect(steps.map((step) => step.split('\n').slice(0, 2))).toEqual(
      ['Chain', 'Head', 'Blocks', 'Signatures', 'Statement', 'File list', 'Served bytes'].map((name) => ['✓', name]),
    )
    expect(here).toContain('so it is no such place')
  })

  it('says so when another file is served with other bytes, and is green again when that is mended', async () => {
    const url = siteUrl(site.port)
    await publish(url)
    site.tamper((path, body) => (path === '/style.css' ? Buffer.from(`${body} `) : body))
    const page = await open(url)
    const { verdict, sentence, steps } = await read(page)
    expect([verdict, sentence]).toEqual(['bad', 'This is not what was approved (SERVED_MISMATCH).'])
    expect(steps.at(-1)).toMatch(/✗\s+Served bytes[\s\S]*SERVED_MISMATCH: \/style\.css has SHA-256/)
    site.tamper(undefined)
    await page.getByRole('button', { name: 'Check again' }).click()
    expect(await read(page)).toMatchObject({ verdict: 'good' })
  })

  it('cannot help when it was itself swapped, but a saved copy and another origin can', async () => {
    const swap = (path: string, body: Buffer) => (/^\/(index\.html)?$/.test(path) ? Buffer.from(SWAPPED) : body)
    site.tamper(swap)
    try {
      const swapped = await open(siteUrl(site.port))
      expect(await swapped.locator('#sentence').textContent()).toBe('What you read is what was approved: release 2.')
      const copies = [pathToFileURL(join(built, 'index.html')).href, siteUrl(new URL(nodes[1]!).port)]
      for (const copy of copies) {
        const { verdict, steps, here } = await read(await open(copy))
        expect(verdict).toBe('bad')
        expect(steps.at(-1)).toContain('SERVED_MISMATCH: / has SHA-256')
        expect(here).toContain(`it stands apart from ${siteUrl(site.port)}`)
      }
    } finally {
      site.tamper(undefined)
    }
    const { verdict, sentence } = await read(await open(pathToFileURL(join(built, 'index.html')).href))
    expect([verdict, sentence]).toEqual(['good', `What ${DOMAIN} serves is what was approved: release 2.`])
  })

  it('asks whom its reader names, and is neither green nor red when nobody answers', async () => {
    const page = await open(siteUrl(site.port))
    await read(page)
    await page.getByText('Whom it asks').click()
    await page.getByLabel(/Chain operators/).fill('http://127.0.0.1:1')
    await page.getByRole('button', { name: 'Ask these' }).click()
    await page.locator('#verdict.unknown').waitFor()
    expect((await read(page)).sentence).toBe('Nobody can say yet (RPC_UNREACHABLE).')
    await page.getByLabel(/Chain operators/).fill(world.chain.url)
    await page.getByRole('button', { name: 'Ask these' }).click()
    await page.locator('#verdict.good').waitFor()
    await page.getByLabel('Registry').fill('not an address')
    await page.getByRole('button', { name: 'Ask these' }).click()
    await page.getByText('These cannot be asked.').waitFor()
  })
})
