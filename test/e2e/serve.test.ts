import { once } from 'node:events'
import { type IncomingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadedConfig } from '../../packages/cli/dist/config/load-config.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { openServers, type Servers } from '../../packages/cli/dist/wiring/open-servers.js'
import { reservePorts } from '../../packages/core/dist/node/index.js'
import { type RpcProxy, startRpcProxy } from '../support/lying-rpc.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'

const NODE = 'node-4'
const RING = 8
/** Far longer than a test: what is seen sooner is seen because of a hint. */
const NEVER_MS = 600_000
const stack = new AsyncDisposableStack()
let world: PublishWorld
/** The node's own way to the chain, which can be cut. */
let rpc: RpcProxy
let port: number
let events: string[] = []
let configs = 0

beforeAll(async () => {
  world = stack.use(await openPublishWorld())
  rpc = stack.use(await startRpcProxy(world.chain.url))
  ;[port] = (await reservePorts(1)) as [number]
})
afterAll(() => stack.disposeAsync())

interface ServeOptions {
  readonly refreshEveryMs: number
  readonly maxStaleMs?: number
}

/** `domainsync serve` of one node; disposing stops it. */
async function serve(options: ServeOptions): Promise<Servers> {
  const config = await world.configWith(`serve-${configs++}`, (raw) => {
    raw.providers[NODE] = { ...nodeOf(raw.providers), path: `state/${NODE}`, url: `http://127.0.0.1:${port}` }
    raw.network.rpcUrls = [rpc.url]
    raw.serve = options
  })
  events = []
  const stop = new AbortController()
  const onEvent = (line: string) => events.push(line)
  const servers = await openServers(config, { names: [NODE], signal: stop.signal, onEvent })
  return {
    ...servers,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await servers[Symbol.asyncDispose]()
    },
  }
}

type Providers = LoadedConfig['values']['providers']
type EmbeddedNode = Extract<Providers[string], { kind: 'embedded' }>
const nodeOf = (providers: object) => Object.values(providers)[0] as EmbeddedNode

const cut = () =>
  rpc.handle((_request, response) => {
    response.writeHead(503).end()
    return true
  })
const mend = () => rpc.handle(undefined)

interface Answer {
  readonly status: number | undefined
  readonly body: string
  readonly headers: IncomingHttpHeaders
}

/** What the node answers a browser that asks for this host. */
async function get(host: string, path = '/'): Promise<Answer> {
  const asked = request({ host: '127.0.0.1', port, path, headers: { host: `${host}:${port}` } })
  asked.end()
  const [response] = await once(asked, 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

const codeOf = ({ status, headers }: Answer) => [status, headers['x-domainsync-code']]
const page = (host: string) => get(host).then(({ status, body }) => ({ status, body }))

/** Publishes to the world's nodes and this one, if it runs. */
async function publish(body: string, { here = true } = {}): Promise<string> {
  const config = await world.configWith(`publish-${configs++}`, (raw) => {
    if (here) raw.providers[NODE] = { ...nodeOf(raw.providers), url: `http://127.0.0.1:${port}` }
  })
  const from = await world.writeSite({ 'index.html': body })
  await using publisher = await openPublisher(config)
  return (await publisher.publish(await publisher.plan(DOMAIN, { from })))!.root
}

const serves = (host: string, answer: { status: number; body?: string }, timeout = 10_000) =>
  expect.poll(() => page(host), { timeout, interval: 20 }).toMatchObject(answer)
const refuses = (host: string, ...answer: [number, string]) =>
  expect.poll(async () => codeOf(await get(host)), { timeout: 10_000, interval: 20 }).toEqual(answer)

describe('serve', { timeout: 60_000 }, () => {
  let first: string
  let second: string

  it('serves nothing of a domain before its first release', async () => {
    await using _ = await serve({ refreshEveryMs: 50 })
    await refuses(DOMAIN, 404, 'HOST_UNKNOWN')
  })

  it('follows the registry: the new release, and the old one after a rollback', async () => {
    await using _ = await serve({ refreshEveryMs: 50 })
    first = await publish('one')
    await serves(`${DOMAIN}.localhost`, { status: 200, body: 'one' })
    second = await publish('two')
    await serves(DOMAIN, { status: 200, body: 'two' })
    await world.send('healer', { method: 'rollback', value: 1 })
    await serves(DOMAIN, { status: 200, body: 'one' })
    await serves(`${first}.ipfs.localhost`, { status: 200, body: 'one' })
    await serves(`${second}.ipfs.localhost`, { status: 410 })
  })

  it('serves no site before it has read the chain once, and lets blocks be read', async () => {
    cut()
    await using _ = await serve({ refreshEveryMs: 50 })
    await expect.poll(() => events.some((line) => line.includes('cannot be read'))).toBe(true)
    for (const host of [DOMAIN, `${first}.ipfs.localhost`, `${second}.ipfs.localhost`]) {
      const refused = await get(host)
      expect(codeOf(refused)).toEqual([503, 'CHAIN_UNREAD'])
      expect(refused.headers['retry-after']).toBe('5')
      expect(refused.body).toMatch(/^This node has not read the chain yet.*\.\n$/)
    }
    expect(codeOf(await get('other.example'))).toEqual([404, 'HOST_UNKNOWN'])
    const manifest = '.well-known/domainsync/release.json'
    expect((await get('127.0.0.1', `/ipfs/${second}/${manifest}?format=car`)).status).toBe(200)
    mend()
    await serves(DOMAIN, { status: 200, body: 'one' })
    await serves(`${first}.ipfs.localhost`, { status: 200, body: 'one' })
    await serves(`${second}.ipfs.localhost`, { status: 410 })
  })

  it('serves nothing from a live release that is quarantined', async () => {
    await using _ = await serve({ refreshEveryMs: 50 })
    await serves(DOMAIN, { status: 200 })
    await world.send('owner', { method: 'quarantine', value: 1 })
    await refuses(DOMAIN, 410, 'RELEASE_QUARANTINED')
  })

  it('shows a new release at once, though it looks at the chain rarely', async () => {
    await using _ = await serve({ refreshEveryMs: NEVER_MS })
    await refuses(DOMAIN, 410, 'RELEASE_QUARANTINED')
    const before = rpc.requests()
    await publish('three')
    await serves(DOMAIN, { status: 200, body: 'three' }, 500)
    expect(rpc.requests() - before).toBeLessThan(60)
  })

  it('refuses what was quarantined for ever, also when the registry no longer holds it', async () => {
    for (let n = 0; n < RING; n++) await publish(`more ${n}`, { here: false })
    await using _ = await serve({ refreshEveryMs: 50 })
    await refuses(DOMAIN, 503, 'RELEASE_ABSENT')
    for (const root of [first, second]) await refuses(`${root}.ipfs.localhost`, 410, 'RELEASE_QUARANTINED')
    expect((await get('127.0.0.1', `/ipfs/${second}?format=raw`)).status).toBe(200)
  })

  it('does not go on with a quarantined release when the one to go back to is not here', async () => {
    await using _ = await serve({ refreshEveryMs: 50 })
    await publish('bad')
    await serves(DOMAIN, { status: 200, body: 'bad' })
    await world.send('healer', { method: 'rollback', value: 3 + RING })
    await refuses(DOMAIN, 503, 'RELEASE_ABSENT')
  })

  it('serves under its own name only what is kept here as a whole', async () => {
    await using _ = await serve({ refreshEveryMs: 50 })
    const live = await publish('parts')
    await serves(`${live}.ipfs.localhost`, { status: 200, body: 'parts' })
    const { headers } = await get(`${live}.ipfs.localhost`)
    const part = `${headers.etag}`.replaceAll('"', '')
    expect((await get('127.0.0.1', `/ipfs/${part}?format=raw`)).body).toBe('parts')
    expect(codeOf(await get(`${part}.ipfs.localhost`))).toEqual([404, 'HOST_UNKNOWN'])
  })

  it('goes on with the last verified release while the chain is away, and says so, but not for ever', async () => {
    await using _ = await serve({ refreshEveryMs: 50, maxStaleMs: 1_000 })
    await serves(DOMAIN, { status: 200, body: 'parts' })
    cut()
    await expect.poll(() => events.at(-1)).toContain('chain: cannot be read: RPC_')
    expect(await page(DOMAIN)).toEqual({ status: 200, body: 'parts' })
    await refuses(DOMAIN, 503, 'CHAIN_STALE')
    expect((await get(DOMAIN)).headers['retry-after']).toBe('60')
    await expect.poll(() => events.at(-1)).toContain('no longer served')
    mend()
    await serves(DOMAIN, { status: 200, body: 'parts' })
  })
})
