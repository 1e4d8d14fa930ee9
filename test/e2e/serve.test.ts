import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadedConfig } from '../../packages/cli/dist/config/load-config.js'
import { freePorts } from '../../packages/cli/dist/demo/free-port.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { openServers } from '../../packages/cli/dist/wiring/open-servers.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'

const NODE = 'node-4'
const stack = new AsyncDisposableStack()
let world: PublishWorld
let config: LoadedConfig
let port: number
const events: string[] = []

beforeAll(async () => {
  world = stack.use(await openPublishWorld())
  ;[port] = (await freePorts(1)) as [number]
  config = await world.configWith('serve', (raw) => {
    const [first] = Object.values(raw.providers)
    raw.providers[NODE] = { ...first!, path: `state/${NODE}`, url: `http://127.0.0.1:${port}` } as typeof first & object
    raw.serve = { refreshEveryMs: 50 }
  })
  const stop = new AbortController()
  stack.defer(() => stop.abort())
  stack.use(await openServers(config, { names: [NODE], signal: stop.signal, onEvent: (line) => events.push(line) }))
})
afterAll(() => stack.disposeAsync())

/** What the node answers a browser that asks for this host. */
async function get(host: string): Promise<{ status: number | undefined; body: string }> {
  const asked = request({ host: '127.0.0.1', port, path: '/', headers: { host: `${host}:${port}` } })
  asked.end()
  const [response] = await once(asked, 'response')
  return { status: response.statusCode, body: await text(response) }
}

async function publish(body: string): Promise<string> {
  const from = await world.writeSite({ 'index.html': body })
  await using publisher = await openPublisher(config)
  return (await publisher.publish(await publisher.plan(DOMAIN, { from })))!.root
}

const serves = (host: string, answer: { status: number; body?: string }) =>
  expect.poll(() => get(host), { timeout: 10_000 }).toMatchObject(answer)

describe('serve', { timeout: 60_000 }, () => {
  it('serves nothing of a domain before its first release', async () => {
    expect((await get(DOMAIN)).status).toBe(404)
  })

  it('follows the registry: the new release, and the old one after a rollback', async () => {
    const first = await publish('one')
    await serves(`${DOMAIN}.localhost`, { status: 200, body: 'one' })
    const second = await publish('two')
    await serves(DOMAIN, { status: 200, body: 'two' })
    await world.send('healer', { method: 'rollback', value: 1 })
    await serves(DOMAIN, { status: 200, body: 'one' })
    await serves(`${first}.ipfs.localhost`, { status: 200, body: 'one' })
    await serves(`${second}.ipfs.localhost`, { status: 410 })
  })

  it('serves nothing from a live release that is quarantined', async () => {
    await world.send('owner', { method: 'quarantine', value: 1 })
    await serves(DOMAIN, { status: 410 })
  })

  it('goes on with the last verified release while the chain is away', async () => {
    await publish('three')
    await serves(DOMAIN, { status: 200, body: 'three' })
    await world.chain.stop()
    await expect.poll(() => events.at(-1), { timeout: 10_000 }).toContain('not refreshed')
    expect(await get(DOMAIN)).toEqual({ status: 200, body: 'three' })
  })
})
