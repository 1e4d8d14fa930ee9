import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { hashFromRoot } from '../../packages/core/dist/index.js'
import { nativeMlDsa } from '../../packages/pq/dist/node/index.js'
import { createClient, verifyBundle } from '../../packages/sdk/src/index.ts'
import { chromiumAbsence, startChromium } from '../support/chromium.ts'
import { startHttpProxy, turnBits } from '../support/lying-http.ts'
import { type RpcProxy, startRpcProxy } from '../support/lying-rpc.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { openSdkPage, type PageRequest, type PlainReport, type SdkPage } from '../support/sdk-page.ts'
import { type SiteProxy, startSiteProxy } from '../support/site-proxy.ts'
import { untilServed } from '../support/until-served.ts'

const SITE = {
  'index.html': '<!doctype html><title>first</title><script src="app.js"></script>',
  'app.js': 'document.title = "first"',
  'docs/index.html': 'docs',
  '404.html': 'gone',
  'large.txt': 'large '.repeat(300_000),
}

describe.skipIf(chromiumAbsence())('verification in Chromium', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let world: PublishWorld
  let inBrowser: SdkPage
  let rpcs: RpcProxy[]
  let nodes: string[]
  let site: SiteProxy

  beforeAll(async () => {
    world = stack.use(await openPublishWorld(undefined, { refreshEveryMs: 200 }))
    await using publisher = await openPublisher(world.config)
    const { root } = await publisher.publish(await publisher.plan(DOMAIN, { from: await world.writeSite(SITE) }))
    const providers = Object.values(world.config.values.providers)
    nodes = providers.flatMap((provider) => (provider.kind === 'embedded' ? [provider.url] : []))
    await untilServed(nodes.slice(0, 1), { host: DOMAIN, root })
    rpcs = await Promise.all([1, 2, 3].map(async () => stack.use(await startRpcProxy(world.chain.url))))
    site = stack.use(await startSiteProxy(nodes[0]!, DOMAIN))
    inBrowser = stack.use(await openSdkPage(stack.use(await startChromium())))
  })
  afterAll(() => stack.disposeAsync())

  const asked = (change: Partial<PageRequest> = {}): PageRequest => ({
    chainId: world.chain.chainId,
    registry: world.config.values.network.registry,
    rpcUrls: rpcs.map(({ url }) => url),
    gateways: nodes,
    domain: DOMAIN,
    url: `http://127.0.0.1:${site.port}`,
    ...change,
  })

  async function inNode({ domain, url, ...options }: PageRequest): Promise<PlainReport> {
    const client = createClient({ ...options, verifyMlDsa: nativeMlDsa.verify })
    const report = await client.verify(domain, { url, random: () => 0.5 })
    return JSON.parse(JSON.stringify({ ...report, root: report.root?.toString() }))
  }

  /** What both say, which is the same in every word. */
  async function bothSay(change: Partial<PageRequest> = {}): Promise<PlainReport> {
    const request = asked(change)
    const [page, node] = [await inBrowser.verify(request), await inNode(request)]
    expect(page).toEqual(node)
    return page
  }
  const codes = ({ failures }: PlainReport) => failures.map(({ step, subject, code }) => [step, subject, code])

  it('passes all seven steps, as in Node', async () => {
    const report = await bothSay()
    expect(report).toMatchObject({ ok: true, release: 1, failures: [] })
    expect([...new Set(report.checks.map(({ step }) => step))]).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('passes over the chain node itself, whose answers any page may read', async () => {
    const report = await inBrowser.verify(asked({ rpcUrls: [world.chain.url], quorum: 1 }))
    expect(report).toMatchObject({ ok: true })
  })

  it('names every path that is served with other bytes', async () => {
    site.tamper((path, body) => (path === '/app.js' ? Buffer.from(`${body};steal()`) : body))
    try {
      expect(codes(await bothSay())).toEqual([[7, '/app.js', 'SERVED_MISMATCH']])
    } finally {
      site.tamper(undefined)
    }
  })

  it('reads past a gateway that lies, and says no when there is none but liars', async () => {
    await using liar = await startHttpProxy(nodes[0]!, turnBits)
    expect(await bothSay({ gateways: [liar.url, nodes[1]!] })).toMatchObject({ ok: true })
    expect(codes(await bothSay({ gateways: [liar.url] }))).toEqual([[3, 'root', 'ROOT_UNAVAILABLE']])
    expect(liar.lies()).toBeGreaterThan(0)
  })

  it('outvotes and names one lying RPC of three, and says no to two', async () => {
    const digest = hashFromRoot(await world.liveRoot()).slice(2)
    rpcs[1]!.alter((_, honest) => JSON.parse(JSON.stringify(honest).replaceAll(digest, '11'.repeat(32))))
    try {
      const report = await bothSay()
      expect(report.ok).toBe(true)
      expect(report.checks[0]!.detail).toContain(`Outvoted: ${rpcs[1]!.url}`)
      rpcs[2]!.alter(() => ({ error: { code: -32000, message: 'down' } }))
      expect(codes(await bothSay())).toEqual([[1, 'registry', 'RPC_NO_QUORUM']])
    } finally {
      for (const rpc of rpcs) rpc.alter((_, honest) => honest)
    }
  })

  it('saves a bundle that it and Node verify without any network', async () => {
    const { domain, url, ...options } = asked()
    const subject = { domain, chainId: options.chainId, registry: options.registry }
    const saved: PlainReport & { data: string } = await inBrowser.page.evaluate(
      `(${SAVE_AND_VERIFY})(${JSON.stringify({ domain, url, options, subject })})`,
    )
    const { data, ...inPage } = saved
    const file = await (await fetch(data)).blob()
    const blockHash = inPage.block!.hash
    const report = await verifyBundle(file, { ...subject, blockHash })
    expect(inPage).toMatchObject({ ok: true, release: 1 })
    expect(JSON.parse(JSON.stringify({ ...report, root: `${report.root}` }))).toEqual(inPage)
  })

  it('says UNREADABLE, not a mismatch, of a site that lets no other origin read it', async () => {
    await using closed = await startSiteProxy(nodes[0]!, DOMAIN)
    closed.forbidOthers()
    const report = await inBrowser.verify(asked({ url: `http://127.0.0.1:${closed.port}` }))
    expect(new Set(report.failures.map(({ code }) => code))).toEqual(new Set(['UNREADABLE']))
    expect(await inNode(asked({ url: `http://127.0.0.1:${closed.port}` }))).toMatchObject({ ok: true })
  })
})

/** Runs in the page. */
const SAVE_AND_VERIFY = `async ({ domain, url, options, subject }) => {
  const client = sdk.createClient(options)
  const verified = await client.verify(domain, { url })
  const chunks = []
  for await (const chunk of client.saveBundle(verified)) chunks.push(chunk)
  const file = new Blob(chunks)
  const report = await sdk.verifyBundle(file, { ...subject, blockHash: verified.block.hash })
  const reader = new FileReader()
  reader.readAsDataURL(file)
  await new Promise((resolve) => { reader.onload = resolve })
  return { ...report, root: report.root?.toString(), data: reader.result }
}`
