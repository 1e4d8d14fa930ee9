import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../packages/cli/dist/config/schema.js'
import { openPublisherPorts } from '../../packages/cli/dist/wiring/open-publisher.js'
import { openReplicas } from '../../packages/cli/dist/wiring/replicas.js'
import { type EmbeddedNode, importFolder, startNode } from '../../packages/ipfs-mirror/dist/index.js'
import { prune } from '../../packages/publisher/dist/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld, type Root } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const LATER_MS = 8 * 86_400_000

describe('leaving a provider and letting go', { timeout: 120_000 }, () => {
  let world: PublishWorld
  /** What stands where the retired provider's gateway stood: it still has some of what it once took. */
  let remains: EmbeddedNode
  let config: string

  beforeAll(async () => {
    world = await openPublishWorld()
    remains = await startNode({ path: `${world.folder}/remains`, port: 0, token: 'token' })
    const loaded = await world.configWith('retired', ({ providers }) => {
      providers['old-nft'] = { kind: 'nft.storage', gatewayUrl: remains.url }
    })
    config = loaded.file
  })
  afterAll(async () => {
    await remains?.close()
    await world?.[Symbol.asyncDispose]()
  })

  /** A site that the retired provider once took. */
  async function takenBefore(text: string, { isThere }: { isThere: boolean }): Promise<Root> {
    const folder = await world.writeSite({ 'index.html': text })
    const { root } = await importFolder(folder, isThere ? { store: remains.store } : {})
    if (isThere) await remains.store.pin(root)
    return root
  }

  const statuses = async (root: Root) =>
    Promise.all((await openReplicas(world.config)).map(({ replica }) => replica.status(root)))

  it('moves what the retired provider still has, verified, and says what is gone', async () => {
    const whole = await takenBefore('still there', { isThere: true })
    const gone = await takenBefore('no longer there', { isThere: false })
    const migrate = (...args: string[]) => runCli(['migrate', 'old-nft', `${whole}`, `${gone}`, ...args], { config })

    const planned = await migrate('--dry-run')
    expect(planned.code).toBe(2)
    expect(planned.json.roots).toMatchObject([{ outcome: 'short' }, { outcome: 'gone', code: 'BLOCK_MISSING' }])
    expect(await statuses(whole)).toEqual(['absent', 'absent', 'absent'])

    const moved = await migrate()
    expect({ code: moved.code, ...moved.json }).toMatchObject({
      code: 2,
      schema: 'domainsync.migrate/1',
      roots: [
        { root: `${whole}`, outcome: 'moved', holders: ['node-1', 'node-2', 'node-3'] },
        { root: `${gone}`, outcome: 'gone', holders: [] },
      ],
    })
    expect(await statuses(whole)).toEqual(['pinned', 'pinned', 'pinned'])
  })

  it('publishes beside a retired provider as if it were not there, and needs it for nothing', async () => {
    await world.writeSite({ 'index.html': '<title>new</title>' })
    const published = await runCli(['publish', DOMAIN], { config })
    expect({ code: published.code, ...published.json }).toMatchObject({ code: 0, proof: { held: 3 }, incomplete: [] })
    expect(published.stderr).toMatch(
      /^PROVIDER_RETIRED old-nft takes nothing any more: .* domainsync migrate old-nft$/m,
    )
    const { code, json } = await runCli(['migrate', 'old-nft'], { config })
    expect({ code, ...json }).toMatchObject({ code: 0, roots: [{ domain: DOMAIN, release: 1, outcome: 'held' }] })
  })

  it('does not know a provider that is not configured', async () => {
    const { code, json } = await runCli(['migrate', 'old-nfd'], { config })
    expect({ code, ...json }).toMatchObject({ code: 1, error: { code: 'CONFIG_INVALID' } })
    expect((json.error as Error).message).toContain('did you mean "old-nft"')
  })

  it('lets go of nothing that somebody may still want', async () => {
    const { code, json } = await runCli(['prune', '--dry-run'], { config })
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'planned', roots: [] })
    expect(await runCli(['prune'], { config })).toMatchObject({ code: 0, json: { outcome: 'pruned', roots: [] } })
  })

  it('lets go of what a failed publish left with providers a week ago', async () => {
    const short = await world.configWith('short', ({ providers, replication }: Config) => {
      replication.need = 3
      Object.assign(providers['node-3']!, { url: 'http://127.0.0.1:1' })
    })
    await world.writeSite({ 'index.html': '<title>never live</title>' })
    expect(await runCli(['publish', DOMAIN], { config: short.file })).toMatchObject({
      code: 1,
      json: { error: { code: 'REPLICATION_INSUFFICIENT' } },
    })
    await using ports = await openPublisherPorts(world.config)
    const [failed] = await ports.store.operations.operations({ domain: DOMAIN, limit: 1 })
    const before = await prune(ports)
    expect(before).toEqual([])
    const later = { ...ports, clock: { ...ports.clock, now: () => Date.now() + LATER_MS } }
    const pruned = await prune(later)
    expect(pruned).toMatchObject([
      { root: failed!.root, removedFrom: ['node-1', 'node-2', 'this machine'], failed: [] },
    ])
    expect(await statuses(await world.liveRoot())).toEqual(['pinned', 'pinned', 'pinned'])
    expect(await prune(later)).toEqual([])
  })
})
