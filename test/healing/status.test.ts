import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDnsDriver } from '../../packages/cli/dist/wiring/dns-drivers.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { stateFolder } from '../../packages/cli/dist/wiring/state-folder.js'
import type { DomainReport } from '../../packages/healing-agent/dist/index.js'
import { openSqliteStore } from '../../packages/journal/dist/index.js'
import { CHAIN_NODE } from '../support/chain-node.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const FORGED = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'

let world: PublishWorld
beforeAll(async () => {
  world = await openPublishWorld(CHAIN_NODE, { refreshEveryMs: 200 })
}, 60_000)
afterAll(() => world?.[Symbol.asyncDispose]())

async function look(command: 'status' | 'plan' | 'heal', config = world.config.file) {
  const { code, json } = await runCli([command], { config })
  const [domain] = json.domains as [DomainReport]
  return { code, domain, json }
}

async function publish(body: string): Promise<string> {
  const from = await world.writeSite({ 'index.html': body })
  await using publisher = await openPublisher(world.config)
  return (await publisher.publish(await publisher.plan(DOMAIN, { from })))!.root
}

async function forge(): Promise<void> {
  const driver = await openDnsDriver(DOMAIN, world.config)
  const { cid: expected } = await driver.read(DOMAIN)
  await driver.swap(DOMAIN, { expected, next: FORGED })
}

describe('status, plan and heal', { timeout: 60_000 }, () => {
  it('say that nothing is published yet, which is nothing wrong', async () => {
    const { code, domain } = await look('status')
    expect(code).toBe(0)
    expect(domain).toMatchObject({ release: null, conditions: [], error: null })
  })

  it('say what is wrong, what would be done, and do it', async () => {
    const root = await publish('<title>one</title>')
    expect(await look('status')).toMatchObject({ code: 0, domain: { served: 'match', dns: { status: 'match' } } })
    await forge()
    const wrong = {
      dns: { status: 'DRIFT', found: FORGED, wanted: root },
      conditions: [{ type: 'DnsDrift', ladders: [{ kind: 'act', attempt: 1, tries: 2, action: { kind: 'swapDns' } }] }],
      keeper: null,
      underWay: false,
    }
    expect(await look('status')).toMatchObject({ code: 2, domain: wrong })
    const planned = await look('plan')
    expect(planned).toMatchObject({ code: 2, domain: wrong })
    expect(planned.domain.actions).toContainEqual(
      expect.objectContaining({ outcome: 'planned', action: expect.objectContaining({ kind: 'swapDns', next: root }) }),
    )
    expect(await world.outside()).toMatchObject({ dns: FORGED })

    const healed = await look('heal')
    expect(healed).toMatchObject({ code: 0, domain: { dns: { status: 'match' }, conditions: [] } })
    expect(healed.json.done).toContainEqual(
      expect.objectContaining({
        domain: DOMAIN,
        outcome: 'done',
        action: expect.objectContaining({ kind: 'swapDns' }),
      }),
    )
    expect(await world.outside()).toMatchObject({ dns: root })
    expect(await look('status')).toMatchObject({ code: 0, domain: { limits: { repairs: { used: 1, of: 6 } } } })
  })

  it('say which agent has the domain', async () => {
    const store = await openSqliteStore(stateFolder(world.config).journal)
    const claim = { owner: 'another machine', now: Date.now(), durationMs: 60_000, limit: 1, domains: [DOMAIN] }
    const [lease] = await store.leases.claimDue(claim)
    expect(await look('status')).toMatchObject({ code: 0, domain: { keeper: { state: 'unknown', host: null } } })
    expect(await look('heal')).toMatchObject({ code: 2, domain: { error: { code: 'LEASE_HELD' } } })
    await store.leases.release(lease!)
    await store.close()
  })
})

describe('right after a publish', { timeout: 60_000 }, () => {
  let server: Server
  let body = ''
  let config: string

  beforeAll(async () => {
    // A reader's server that lags behind, as a CDN does.
    server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const lagging = await world.configWith('lagging', ({ domains, agent }) => {
      domains[DOMAIN]!.url = `http://127.0.0.1:${port}`
      agent!.store = { kind: 'sqlite', path: 'state/looks-only.db' }
    })
    config = lagging.file
  })
  afterAll(() => server.close())

  it('status waits for servers that catch up within seconds, and never says mismatch', async () => {
    body = '<title>before</title>'
    await publish(body)
    await publish('<title>after</title>')
    setTimeout(() => {
      body = '<title>after</title>'
    }, 3_000)
    expect(await look('status', config)).toMatchObject({ code: 0, domain: { served: 'match', conditions: [] } })
  })

  it('status says that it is still checking when they do not, and mismatch for bytes of no release', async () => {
    await publish('<title>later</title>')
    const { code, domain } = await look('status', config)
    expect(code).toBe(2)
    expect(domain).toMatchObject({ served: 'checking', conditions: [] })
    expect(domain.pages[0]!.evidence).toContain('still shows release')
    body = 'defaced'
    expect(await look('status', config)).toMatchObject({
      code: 2,
      domain: { served: 'MISMATCH', conditions: [{ type: 'HashMismatch', severity: 'critical' }] },
    })
  })
})
