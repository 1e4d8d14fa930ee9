import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadedConfig } from '../../packages/cli/dist/config/load-config.js'
import { openDnsDriver } from '../../packages/cli/dist/wiring/dns-drivers.js'
import { openAgent } from '../../packages/cli/dist/wiring/open-agent.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { openReplicas } from '../../packages/cli/dist/wiring/replicas.js'
import { stateFolder } from '../../packages/cli/dist/wiring/state-folder.js'
import type { DomainReport } from '../../packages/healing-agent/dist/index.js'
import { importFolder, openBlockStore, writeCar } from '../../packages/ipfs-mirror/dist/index.js'
import { openSqliteStore } from '../../packages/journal/dist/index.js'
import { runPublish } from '../faults/run-publish.ts'
import { CHAIN_NODE } from '../support/chain-node.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'

let world: PublishWorld
/** Signs; its publishes are killed before they reach the chain. */
let signing: LoadedConfig
/** Has the healer's and the publisher's key, and not those that sign. */
let host: LoadedConfig

beforeAll(async () => {
  world = await openPublishWorld(CHAIN_NODE, { refreshEveryMs: 200 })
  signing = await world.configWith('signing', (raw) => {
    raw.state = 'signing'
    raw.agent!.store = { kind: 'sqlite', path: 'signing/domainsync.db' }
  })
  host = await world.configWith('host', ({ keys }) => {
    delete keys!.signer
    delete keys!.release
  })
  await publish('<title>one</title>')
}, 60_000)
afterAll(() => world?.[Symbol.asyncDispose]())

async function publish(body: string): Promise<string> {
  const from = await world.writeSite({ 'index.html': body })
  await using publisher = await openPublisher(world.config)
  return (await publisher.publish(await publisher.plan(DOMAIN, { from })))!.root
}

/** A signed release for the domain's next number, on the nodes and not on chain. */
async function sign(body: string): Promise<string> {
  const from = await world.writeSite({ 'index.html': body })
  expect(await runPublish({ config: signing }, { from, killAt: 'sync:start' })).toMatchObject({ signal: 'SIGKILL' })
  await using store = await openSqliteStore(stateFolder(signing).journal)
  const [operation] = await store.journal.running(DOMAIN)
  return operation!.root!
}

async function point(next: string): Promise<void> {
  const driver = await openDnsDriver(DOMAIN, world.config)
  const { cid: expected } = await driver.read(DOMAIN)
  await driver.swap(DOMAIN, { expected, next })
}

/** Runs the resident until the condition holds; gives every report. */
async function runAgent(config: LoadedConfig, until: (report: DomainReport) => boolean): Promise<DomainReport[]> {
  const lines: string[] = []
  const reports: DomainReport[] = []
  const stop = new AbortController()
  await using agent = await openAgent(config, {
    onEvent: (line) => lines.push(line),
    settings: { probeEveryMs: 1_000 },
    signal: stop.signal,
  })
  const timer = setTimeout(() => stop.abort(), 40_000)
  await agent.run({
    signal: stop.signal,
    onPass: ({ domains }) => {
      reports.push(...domains)
      if (domains.some(until)) stop.abort()
    },
  })
  clearTimeout(timer)
  expect(reports.some(until), `${lines.join('\n')}\n${JSON.stringify(reports.at(-1), null, 1)}`).toBe(true)
  return reports
}

const kinds = (reports: readonly DomainReport[]) =>
  reports.flatMap(({ actions }) => actions.filter(({ outcome }) => outcome === 'done').map(({ action }) => action.kind))

describe('a name that is pointed to a release before it is on chain', { timeout: 90_000 }, () => {
  it('is published when the release is the next one, signed by the right keys, without those keys', async () => {
    const before = await world.outside()
    const root = await sign('<title>two</title>')
    await point(root)
    const reports = await runAgent(host, ({ release, dns }) => release?.root === root && dns.status === 'match')
    expect(kinds(reports)).toContain('requestPublish')
    expect(kinds(reports)).not.toContain('swapDns')
    expect(reports.flatMap(({ conditions }) => conditions.map(({ type }) => type))).not.toContain('DnsDrift')
    const { successes, transactions } = before
    const after = { successes: successes + 1, transactions: transactions + 1, live: root, dns: root }
    expect(await world.outside()).toMatchObject(after)
    // The signing machine's own publish was overtaken by its own release.
    await rm(join(world.folder, 'signing'), { recursive: true })
  })

  it('is set back when nobody here may publish', async () => {
    const { live } = await world.outside()
    const root = await sign('<title>three</title>')
    await point(root)
    const watching = await world.configWith('watching', ({ keys }) => {
      delete keys!.publisher
    })
    const reports = await runAgent(watching, ({ dns, conditions }) => dns.status === 'match' && conditions.length === 0)
    expect(kinds(reports)).toContain('swapDns')
    expect(await world.outside()).toMatchObject({ live, dns: live })
    await rm(join(world.folder, 'signing'), { recursive: true })
  })

  it('is set back when the release is not signed', async () => {
    const { live } = await world.outside()
    const folder = await mkdtemp(join(tmpdir(), 'unsigned-'))
    await writeFile(join(folder, 'index.html'), '<title>evil</title>')
    const blocks = await openBlockStore(join(folder, 'blocks'))
    const { root } = await importFolder(folder, { store: blocks })
    for (const { replica } of await openReplicas(world.config))
      await replica.upload!(root, () => writeCar(root, blocks))
    await blocks.close()
    await rm(folder, { recursive: true })
    await point(`${root}`)
    const reports = await runAgent(host, ({ dns, conditions }) => dns.status === 'match' && conditions.length === 0)
    expect(kinds(reports)).toContain('swapDns')
    expect(kinds(reports)).not.toContain('requestPublish')
    expect(await world.outside()).toMatchObject({ live, dns: live })
  })

  it('is set back when the release is not the next one any more', async () => {
    const root = await sign('<title>late</title>')
    const live = await publish('<title>in time</title>')
    await point(root)
    const reports = await runAgent(host, ({ dns, conditions }) => dns.status === 'match' && conditions.length === 0)
    expect(kinds(reports)).not.toContain('requestPublish')
    expect(await world.outside()).toMatchObject({ live, dns: live })
  })
})
