import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadedConfig } from '../../packages/cli/dist/config/load-config.js'
import type { Config } from '../../packages/cli/dist/config/schema.js'
import { openReplicas } from '../../packages/cli/dist/wiring/replicas.js'
import { createEmbeddedReplica, startNode } from '../../packages/ipfs-mirror/dist/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const GOOD = { 'index.html': '<title>good</title>', 'notes/a.txt': 'a' }
const BAD = { 'index.html': '<title>bad</title>', 'notes/a.txt': 'a' }

describe('domainsync publish', { timeout: 60_000 }, () => {
  let world: PublishWorld
  beforeAll(async () => {
    world = await openPublishWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const publish = (...args: string[]) => runCli(['publish', DOMAIN, ...args], { config: world.config.file })

  it('says what it would do and does nothing with --dry-run', async () => {
    await world.writeSite(GOOD)
    const before = await world.outside()
    const { code, json } = await publish('--dry-run')
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'planned', release: 1, files: 2 })
    expect(await world.outside()).toEqual(before)
  })

  it('publishes a folder: on chain, in DNS, with every copy', async () => {
    await world.writeSite(GOOD)
    const { code, json } = await publish()
    expect({ code, ...json }).toMatchObject({
      schema: 'domainsync.publish/1',
      code: 0,
      outcome: 'published',
      release: 1,
      proof: { need: 2, held: 3 },
      incomplete: [],
    })
    expect(await world.outside()).toEqual({
      successes: 1,
      failures: 0,
      transactions: 1,
      live: json.root,
      dns: json.root,
    })
  })

  it('says unchanged for the same folder and sends no transaction', async () => {
    await world.writeSite(GOOD)
    const before = await world.outside()
    const { code, json } = await publish()
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'unchanged', release: 1 })
    expect(await world.outside()).toEqual(before)
  })

  it('is interrupted by Ctrl-C with exit 130, and the next publish of the folder finishes it', async () => {
    const from = await world.writeSite({ 'index.html': '<title>interrupted</title>' })
    const before = await world.outside()
    const silent = await silentServer()
    const slow = await world.configWith('slow', ({ providers }) => {
      Object.assign(providers['node-1']!, { url: silent.url })
    })
    const interrupted = await runCli(['publish', DOMAIN], { config: slow.file, interruptAt: /sending it/ })
    silent.close()
    expect(interrupted).toMatchObject({ code: 130, json: { error: { code: 'INTERRUPTED' } } })
    expect(await world.outside()).toEqual(before)

    const look = await publish('--dry-run')
    expect(look).toMatchObject({ code: 0, json: { outcome: 'planned', release: 2 } })
    expect(await world.outside()).toEqual(before)

    const { code, json } = await publish('--from', from)
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'published', release: 2, incomplete: [] })
    const { successes, transactions } = before
    const after = { successes: successes + 1, transactions: transactions + 1, live: json.root, dns: json.root }
    expect(await world.outside()).toEqual({ ...before, ...after })
  })

  it('lets one of two at once publish, and the other says that it was too late', async () => {
    await world.writeSite({ 'index.html': '<title>at once</title>' })
    const before = await world.outside()
    const start = () => runCli(['publish', DOMAIN], { config: world.config.file, ownProcess: true })
    const ends = await Promise.all([start(), start()])
    const codes = ends.map(({ code }) => code).sort()
    const outcomes = ends.map(({ json }) => json.outcome ?? (json.error as { code: string }).code).sort()
    // The second is refused while the first has the store open, or finds everything done.
    expect([
      { codes: [0, 2], outcomes: ['STORE_LOCKED', 'published'] },
      { codes: [0, 0], outcomes: ['published', 'unchanged'] },
    ]).toContainEqual({ codes, outcomes })
    const after = await world.outside()
    expect(after).toMatchObject({ successes: before.successes + 1, transactions: before.transactions + 1 })
  })
})

describe('domainsync publish after a rollback', { timeout: 60_000 }, () => {
  let world: PublishWorld
  let bad: string
  beforeAll(async () => {
    world = await openPublishWorld()
    for (const files of [GOOD, BAD]) {
      await world.writeSite(files)
      const { code, stderr } = await runCli(['publish', DOMAIN], { config: world.config.file })
      expect({ code, stderr }).toMatchObject({ code: 0 })
    }
    await world.send('healer', { method: 'rollback', value: 1 })
    bad = await world.writeSite(BAD)
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function expectRefused(config: LoadedConfig, code: string) {
    const before = await world.outside()
    const end = await runCli(['publish', DOMAIN], { config: config.file })
    expect(end).toMatchObject({ code: 1, json: { schema: 'domainsync.error/1', error: { code } } })
    expect(await world.outside()).toEqual(before)
  }

  it('refuses the bad files again', () => expectRefused(world.config, 'CONTENT_QUARANTINED'))

  it('refuses them from a machine without memory: chain and manifests say enough', async () => {
    const fresh = await world.configWith('fresh', (config) => forget(config, 'fresh'))
    await expectRefused(fresh, 'CONTENT_QUARANTINED')
  })

  it('takes the good files for what they are: live', async () => {
    await world.writeSite(GOOD)
    const { code, json } = await runCli(['publish', DOMAIN], { config: world.config.file })
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'unchanged', release: 1 })
    await world.writeSite(BAD)
  })

  describe('when no provider has the condemned release any more', () => {
    const stack = new AsyncDisposableStack()
    let providers: Record<string, object>
    beforeAll(async () => {
      providers = await nodesWithLiveAlone(world, stack)
    })
    afterAll(() => stack.disposeAsync())

    it('says QUARANTINE_UNKNOWN while a gateway does not answer', async () => {
      const silent = stack.adopt(await silentServer(), (server) => server.close())
      const config = await world.configWith('silent', (raw) => {
        forget(raw, 'silent')
        Object.assign(raw.providers, providers)
        raw.gateways = [silent.url]
      })
      await expectRefused(config, 'QUARANTINE_UNKNOWN')
    })

    it('publishes the files, since nobody can say any more what was condemned', async () => {
      const before = await world.outside()
      const config = await world.configWith('absent', (raw) => {
        forget(raw, 'absent')
        Object.assign(raw.providers, providers)
      })
      const { code, json } = await runCli(['publish', DOMAIN, '--from', bad], { config: config.file })
      expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'published', release: 3 })
      const { successes, transactions } = before
      const after = { successes: successes + 1, transactions: transactions + 1, live: json.root, dns: json.root }
      expect(await world.outside()).toEqual({ ...before, ...after })
    })
  })
})

/** A state folder of its own, so nothing of before is known. */
function forget(config: Config, name: string): void {
  config.state = `state-${name}`
  config.agent!.store = { kind: 'sqlite', path: `state-${name}/domainsync.db` }
}

/** Three new nodes with the live release and nothing else, as providers of a configuration. */
async function nodesWithLiveAlone(world: PublishWorld, stack: AsyncDisposableStack): Promise<Record<string, object>> {
  const root = await world.liveRoot()
  const [old] = (await openReplicas(world.config)).map(({ replica }) => replica)
  const token = 'token-of-new-nodes'
  await writeFile(join(world.folder, 'keys/new-token'), token, { mode: 0o600 })
  const providers: Record<string, object> = {}
  for (const name of ['node-1', 'node-2', 'node-3']) {
    const node = await startNode({ path: join(world.folder, `new-${name}`), port: 0, token })
    stack.defer(() => node.close())
    const replica = createEmbeddedReplica({ name, url: node.url, token, failureDomain: name })
    await replica.upload(root, () => old!.source.car!(root))
    providers[name] = { kind: 'embedded', url: node.url, token: { file: 'keys/new-token' }, failureDomain: name }
  }
  return providers
}

/** A server that takes every request and never answers. */
async function silentServer() {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
