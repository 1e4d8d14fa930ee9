import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LoadedConfig } from '../../packages/cli/dist/config/load-config.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { reservePorts } from '../../packages/core/dist/node/index.js'
import type { Progress } from '../../packages/journal/dist/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

describe('a publish that fails', { timeout: 120_000 }, () => {
  let world: PublishWorld
  let nowhere: number
  beforeEach(async () => {
    world = await openPublishWorld()
    nowhere = (await reservePorts(1))[0]!
  })
  afterEach(() => world?.[Symbol.asyncDispose]())

  const publish = (config: string) => runCli(['publish', DOMAIN], { config })

  it('is logged on chain once, three times a day at most', async () => {
    const { file } = await world.configWith('short', ({ providers, replication }) => {
      replication.need = 3
      Object.assign(providers['node-3']!, { url: `http://127.0.0.1:${nowhere}` })
    })
    const logged: number[] = []
    // The same folder fails again and again as one publish; another folder is another.
    for (const text of ['one', 'one', 'two', 'three', 'four']) {
      await world.writeSite({ 'index.html': text })
      const { code, json } = await publish(file)
      const { message, state } = json.error as { message: string; state: string }
      expect({ code, ...json }).toMatchObject({ code: 1, error: { code: 'REPLICATION_INSUFFICIENT' } })
      expect(message).toMatch(/2 of the 3 copies that are needed were proven\. node-3 REPLICA_OFFLINE/)
      expect(state).toMatch(/^No pointer moved\. Run [0-9a-f]{32}\.$/)
      logged.push((await world.outside()).failures)
    }
    expect(logged).toEqual([1, 1, 2, 3, 3])
    expect(await world.outside()).toEqual({
      successes: 0,
      failures: 3,
      transactions: 3,
      live: undefined,
      dns: undefined,
    })
  })

  it('for a key that the DNS server does not know says what is live, is logged, and is finished later', async () => {
    await writeFile(join(world.folder, 'keys/other-tsig'), Buffer.alloc(32, 7).toString('base64'), { mode: 0o600 })
    const { file } = await world.configWith('other-key', ({ dns }) => {
      Object.assign((dns.local as { key: object }).key, { secret: { file: 'keys/other-tsig' } })
    })
    await world.writeSite({ 'index.html': 'wrong key' })
    const failed = await publish(file)
    expect(failed).toMatchObject({ code: 1, json: { error: { code: 'DNS_KEY_REJECTED' } } })
    const { state, next } = failed.json.error as { state: string; next: string }
    expect(state).toMatch(/^Release 1 is live on chain\. DNS was not changed\. Run [0-9a-f]{32}\.$/)
    expect(next).toBe(`domainsync publish ${DOMAIN}`)
    const { live, ...half } = await world.outside()
    expect(half).toEqual({ successes: 1, failures: 1, transactions: 2, dns: undefined })

    const { code, json } = await publish(world.config.file)
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'published', root: live, incomplete: [] })
    expect(await world.outside()).toEqual({ ...half, live, dns: live })
  })
})

describe('a publish without a DNS server', { timeout: 120_000 }, () => {
  let world: PublishWorld
  let silent: AsyncDisposable & { readonly address: string }
  let nowhere: string
  beforeAll(async () => {
    world = await openPublishWorld()
    silent = await silentServer()
    nowhere = `127.0.0.1:${(await reservePorts(1))[0]!}`
  })
  afterAll(async () => {
    await silent?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  const configWithDns = async (server: string) => {
    const { file } = await world.configWith('no-dns', ({ dns }) => Object.assign(dns.local!, { server }))
    return file
  }
  const domainsync = (command: string, config: string) => runCli([command, DOMAIN], { config })

  for (const [what, address, code, recovery] of [
    ['that is down', () => nowhere, 'DNS_UNREACHABLE', 'resume'],
    ['that is silent', () => silent.address, 'DNS_TIMEOUT', 'publish'],
  ] as const) {
    it(`${what} waits: exit 2, nothing logged, and ${recovery} finishes it without a second transaction`, async () => {
      const before = await world.outside()
      await world.writeSite({ 'index.html': `a server ${what}` })
      const waiting = await domainsync('publish', await configWithDns(address()))
      const next = `domainsync resume ${DOMAIN}`
      expect(waiting).toMatchObject({ code: 2, json: { error: { code, next } } })
      const { state } = waiting.json.error as { state: string }
      expect(state).toMatch(
        /^Release [12] is live on chain; DNS does not point to it yet\. Nothing was logged as failed/,
      )
      const { live, ...half } = await world.outside()
      expect(half).toEqual({
        successes: before.successes + 1,
        failures: 0,
        transactions: before.transactions + 1,
        dns: before.dns,
      })

      expect(await domainsync(recovery, world.config.file)).toMatchObject({ code: 0 })
      expect(await world.outside()).toEqual({ ...half, live, dns: live })
    })
  }

  it('that goes away once DNS was written waits as well, and says that DNS points to it', async () => {
    await using relay = await startRelay(dnsServerOf(world.config))
    const config = await world.configWith('relay', ({ dns }) => Object.assign(dns.local!, { server: relay.address }))
    const from = await world.writeSite({ 'index.html': 'DNS was written' })
    await using publisher = await openPublisher(config)
    const plan = await publisher.plan(DOMAIN, { from })
    const onProgress = ({ step, phase }: Progress) => {
      if (step === 'swap' && phase === 'done') relay.stop()
    }
    const error: unknown = await publisher.publish(plan, { onProgress }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'DNS_UNREACHABLE',
      state: expect.stringMatching(/^Release \d is live on chain, and DNS points to it\./),
    })
    const { live, ...half } = await world.outside()
    expect(half).toMatchObject({ failures: 0, dns: live })
    expect(await publisher.unfinished()).toHaveLength(1)
  })

  it('that is down makes a rollback by hand wait too, and resume finishes it', async () => {
    expect(await domainsync('resume', world.config.file)).toMatchObject({ code: 0 })
    const { live, ...before } = await world.outside()
    const waiting = await domainsync('rollback', await configWithDns(nowhere))
    expect(waiting).toMatchObject({
      code: 2,
      json: { error: { code: 'DNS_UNREACHABLE', state: 'The chain went back; DNS does not point there yet.' } },
    })
    const half = await world.outside()
    expect(half).toEqual({ ...before, live: expect.not.stringMatching(live!), successes: before.successes + 1 })

    expect(await domainsync('resume', world.config.file)).toMatchObject({ code: 0 })
    expect(await world.outside()).toEqual({ ...half, dns: half.live })
  })
})

/** Where the world's DNS server listens. */
function dnsServerOf({ values }: LoadedConfig): { host: string; port: number } {
  const [host, port] = (values.dns.local as { server: string }).server.split(':')
  return { host: host!, port: Number(port) }
}

/** A server that takes every connection and never says a word. */
async function silentServer() {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** Passes TCP connections on until it is stopped; then nobody listens. */
async function startRelay(target: { host: string; port: number }) {
  const server = createServer((socket) => {
    const upstream = connect(target)
    socket.on('error', () => {})
    upstream.on('error', () => socket.destroy())
    socket.pipe(upstream).pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => server.close(),
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
