import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Interface } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../packages/cli/dist/config/schema.js'
import { DEVELOPMENT_ACCOUNTS } from '../../packages/cli/dist/demo/development-accounts.js'
import { openServers } from '../../packages/cli/dist/wiring/open-servers.js'
import { domainId, parseDomainName } from '../../packages/core/dist/index.js'
import { reservePorts } from '../../packages/core/dist/node/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const FEED = 'feed.example'
const ROOTS = [
  'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
  'bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
] as const

describe('domainsync feed', { timeout: 60_000 }, () => {
  let world: PublishWorld
  let config: string
  const stop = new AbortController()
  let servers: AsyncDisposable
  beforeAll(async () => {
    world = await openPublishWorld()
    const [port] = await reservePorts(1)
    const both = await world.configWith('feed', (raw: Config) => {
      raw.keys!.registrar = raw.keys!.owner!
      raw.domains[FEED] = { ...raw.domains[DOMAIN]!, url: `http://${FEED}.localhost:1` }
      Object.assign(raw.dns.local!, { server: `127.0.0.1:${port}`, path: 'state/feed-zones.json' })
      raw.dns.resolvers = [`127.0.0.1:${port}`]
    })
    config = both.file
    servers = await openServers(both, { names: ['local'], signal: stop.signal, onEvent: () => {} })
    expect(await domainsync('register', FEED)).toMatchObject({ code: 0 })
  })
  afterAll(async () => {
    stop.abort()
    await servers?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  const domainsync = async (...args: readonly string[]) => {
    const { code, json, stderr } = await runCli(args, { config })
    return { code, ...json, stderr } as { code: number; stderr: string; [key: string]: unknown }
  }
  const writeMap = async (map: Readonly<Record<string, string>>) => {
    const path = join(world.folder, 'map.json')
    await writeFile(path, JSON.stringify(map))
    return path
  }

  it('anchors a map, once, and shows it as computed from the stored manifest', async () => {
    expect(await domainsync('feed', 'show', FEED)).toMatchObject({ code: 0, outcome: 'empty' })
    const map = await writeMap({ [DOMAIN]: ROOTS[0], 'other.example': ROOTS[1] })
    expect(await domainsync('feed', 'anchor', FEED, map)).toMatchObject({ code: 0, outcome: 'done' })
    expect(await domainsync('feed', 'anchor', FEED, map)).toMatchObject({ code: 0, outcome: 'unchanged' })
    expect(await domainsync('feed', 'show', FEED)).toMatchObject({ code: 0, outcome: 'verified', domains: 2 })
  })

  it('proves a domain to the registry once that lives in the feed, and chains its next root', async () => {
    expect(await domainsync('feed', 'prove', FEED, DOMAIN)).toMatchObject({ code: 1, outcome: 'not current' })
    expect(await domainsync('feed', 'join', DOMAIN, FEED)).toMatchObject({ code: 0, outcome: 'done' })
    expect(await domainsync('feed', 'join', DOMAIN, FEED)).toMatchObject({ outcome: 'unchanged' })
    expect(await domainsync('feed', 'prove', FEED, DOMAIN)).toMatchObject({ code: 0, leaf: { release: 1 } })
    const map = await writeMap({ [DOMAIN]: ROOTS[1], 'other.example': ROOTS[1] })
    const { stderr } = await domainsync('feed', 'anchor', FEED, map)
    expect(stderr).toContain('1 of 2 domains changed, 0 removed')
    expect(await domainsync('feed', 'prove', FEED, DOMAIN)).toMatchObject({ code: 0, leaf: { release: 2 } })
    await world.writeSite({ 'index.html': 'by itself' })
    expect(await domainsync('publish', DOMAIN)).toMatchObject({ code: 1, error: { code: 'LANE_PAUSED' } })
    expect(await domainsync('feed', 'leave', DOMAIN)).toMatchObject({ code: 0, outcome: 'done' })
  })

  it('refuses a root that the manifest does not give', async () => {
    const feed = domainId(parseDomainName(FEED))
    const abi = new Interface([
      'event Anchored(address indexed feed, bytes32 indexed root, bytes32 manifestHash, uint32 seq)',
      'function anchor(address feed, bytes32 root, bytes32 manifestHash, uint32 expectedSeq)',
    ])
    const { seq, manifestHash } = await lastAnchored(abi)
    // A thief with the publisher's key names a root of his own over a manifest that readers know.
    const data = abi.encodeFunctionData('anchor', [feed, `0x${'66'.repeat(32)}`, manifestHash, seq])
    const from = DEVELOPMENT_ACCOUNTS.publisher.address
    await world.chain.request('eth_sendTransaction', [{ from, to: world.config.values.network.registry, data }])
    expect(await domainsync('feed', 'show', FEED)).toMatchObject({ code: 1, error: { code: 'FEED_MISMATCH' } })
    expect(await domainsync('feed', 'prove', FEED, DOMAIN)).toMatchObject({ code: 1, error: { code: 'FEED_MISMATCH' } })
    expect(await domainsync('check', FEED)).toMatchObject({
      code: 2,
      domains: [{ conditions: [{ type: 'FeedMismatch', severity: 'critical' }] }],
    })
    const map = await writeMap({ [DOMAIN]: ROOTS[0] })
    expect(await domainsync('feed', 'anchor', FEED, map)).toMatchObject({ code: 1, error: { code: 'FEED_MISMATCH' } })
    expect(await domainsync('feed', 'anchor', FEED, map, '--anew')).toMatchObject({ code: 0, outcome: 'done' })
    expect(await domainsync('feed', 'show', FEED)).toMatchObject({ code: 0, domains: 1 })
  })

  it('says which entry of a map is wrong', async () => {
    const map = await writeMap({ [DOMAIN]: 'no root' })
    expect(await domainsync('feed', 'anchor', FEED, map)).toMatchObject({
      code: 1,
      error: { code: 'FEED_MAP_INVALID', message: expect.stringContaining(DOMAIN) },
    })
  })

  async function lastAnchored(abi: Interface): Promise<{ seq: number; manifestHash: string }> {
    const topic = abi.getEvent('Anchored')!.topicHash
    const filter = { address: world.config.values.network.registry, fromBlock: '0x0', topics: [topic] }
    const logs = (await world.chain.request('eth_getLogs', [filter])) as { topics: string[]; data: string }[]
    const { args } = abi.parseLog(logs.at(-1)!)!
    return { seq: Number(args.seq), manifestHash: args.manifestHash }
  }
})
