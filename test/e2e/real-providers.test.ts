import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../packages/cli/dist/config/schema.js'
import { proveRetrieval } from '../../packages/ipfs-mirror/dist/index.js'
import {
  CLUSTER_USER,
  type ClusterPeer,
  clusterToken,
  startIpfsCluster,
} from '../../packages/ipfs-mirror/src/providers/ipfs-cluster-peers.test.support.ts'
import { createKuboReplica } from '../../packages/ipfs-mirror/src/providers/kubo.ts'
import { type KuboNode, startKubo } from '../../packages/ipfs-mirror/src/providers/kubo-node.test.support.ts'
import { IPFS_CLUSTER, KUBO } from '../../packages/ipfs-mirror/src/providers/server-binary.test.support.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

/** Two Kubo nodes, a cluster of three, a service that pulls from them, and the node that readers are served from. */
describe.skipIf(KUBO.absence() || IPFS_CLUSTER.absence())('providers for real', { timeout: 120_000 }, () => {
  let world: PublishWorld
  let kubos: KuboNode[]
  let cluster: ClusterPeer[]
  let service: ClusterPeer
  let config: string
  let providers: Config['providers']
  /** The new Kubo below the service. */
  let replaced: KuboNode | undefined
  /** Everything that commands wrote. */
  let output = ''
  const secrets: string[] = []

  const run = async (args: string[], file = config) => {
    const end = await runCli(args, { config: file })
    output += end.stdout + end.stderr
    return end
  }

  beforeAll(async () => {
    const started = await Promise.all([
      openPublishWorld(),
      Promise.all([startKubo({ online: true }), startKubo({ online: true })]),
      startIpfsCluster(3),
      startIpfsCluster(1, { online: true }),
    ])
    world = started[0]
    kubos = started[1]
    cluster = started[2]
    service = started[3][0]!
    const secret = async (name: string, value: string) => {
      await writeFile(join(world.folder, 'keys', name), value, { mode: 0o600 })
      secrets.push(value)
      return { file: `keys/${name}` }
    }
    const password = await secret('cluster-password', CLUSTER_USER.password)
    const token = await secret('psa-token', await clusterToken(service))
    const loaded = await world.configWith('real', (raw) => {
      const own = raw.providers['node-1']!
      const kubo = ({ rpcUrl, origins }: KuboNode, failureDomain: string) => ({
        kind: 'kubo' as const,
        rpcUrl,
        origins: [...origins],
        failureDomain,
      })
      raw.providers = {
        'node-1': own,
        'kubo-1': kubo(kubos[0]!, 'rack 1'),
        'kubo-2': kubo(kubos[1]!, 'rack 2'),
        cluster: {
          ...{ kind: 'ipfs-cluster', url: cluster[0]!.url, user: CLUSTER_USER.user, password },
          ...{ rpcUrl: cluster[1]!.kubo.rpcUrl, failureDomain: 'cluster' },
        },
        service: { kind: 'psa', url: service.psaUrl, token, rpcUrl: service.kubo.rpcUrl, failureDomain: 'service' },
      }
      raw.replication = { need: 4 }
      providers = raw.providers
    })
    config = loaded.file
  }, 120_000)
  afterAll(async () => {
    await Promise.all([...(cluster ?? []), service, replaced, ...(kubos ?? [])].map((one) => one?.close()))
    await world?.[Symbol.asyncDispose]()
  })

  it('publishes to two Kubo nodes, a cluster of three peers and a service that pulls', async () => {
    await world.writeSite({ 'index.html': '<title>held by many</title>', 'a/b.txt': 'b' })
    const { code, json, stderr } = await run(['publish', DOMAIN])
    expect({ code, ...json }, stderr).toMatchObject({
      code: 0,
      outcome: 'published',
      proof: { need: 4, held: 5, trial: false },
      incomplete: [],
    })
    const root = await world.liveRoot()
    expect(json.root).toBe(`${root}`)
    for (const { kubo } of [...cluster, service]) {
      const peer = createKuboReplica({ name: kubo.rpcUrl, rpcUrl: kubo.rpcUrl, failureDomain: 'x' })
      expect(await proveRetrieval(root, peer)).toMatchObject({ ok: true, mode: 'full' })
    }
  })

  it('does not leave a service waiting for nodes that cannot be dialled', async () => {
    const undialled = await world.configWith('undialled', (raw) => {
      raw.providers = structuredClone(providers)
      for (const provider of Object.values(raw.providers)) {
        if (provider.kind === 'kubo')
          provider.origins = provider.origins!.map((one) => one.replace(/\/tcp\/\d+/, '/tcp/9'))
      }
      raw.replication = { need: 4 }
    })
    await world.writeSite({ 'index.html': '<title>held by most</title>' })
    const { code, json } = await run(['publish', DOMAIN], undialled.file)
    expect({ code, ...json }).toMatchObject({
      code: 2,
      proof: { held: 4 },
      incomplete: [{ provider: 'service', code: 'PIN_NO_SOURCE' }],
    })
    expect(await run(['heal', DOMAIN])).toMatchObject({ code: 0, json: { domains: [{ replicas: { stored: 5 } }] } })
  })

  it('heals a node whose repository was deleted, and a service that lost its own: K of N again', async () => {
    const root = await world.liveRoot()
    const emptied = await Promise.all([kubos[0]!, service.kubo].map(deleteRepository))
    kubos[0] = emptied[0]!
    replaced = emptied[1]
    const replicas = emptied.map(({ rpcUrl }) => createKuboReplica({ name: rpcUrl, rpcUrl, failureDomain: 'x' }))
    for (const replica of replicas) expect(await replica.status(root)).toBe('absent')
    const { code, json, stderr } = await run(['heal', DOMAIN])
    expect({ code, ...json }, stderr).toMatchObject({ code: 0, domains: [{ replicas: { stored: 5, of: 5 } }] })
    for (const replica of replicas) {
      expect(await replica.status(root)).toBe('pinned')
      expect(await proveRetrieval(root, replica)).toMatchObject({ ok: true, mode: 'full' })
    }
  })

  it('names a provider whose token is refused, and shows no token anywhere', async () => {
    const password = `${CLUSTER_USER.password}-but-another`
    secrets.push(password)
    await writeFile(join(world.folder, 'keys/cluster-password'), password, { mode: 0o600 })
    await world.writeSite({ 'index.html': '<title>held by all but one</title>' })
    const { code, json } = await run(['publish', DOMAIN])
    expect({ code, ...json }).toMatchObject({
      code: 2,
      proof: { held: 4 },
      incomplete: [{ provider: 'cluster', code: 'TOKEN_REJECTED' }],
    })
    await run(['status', '--full'])
    await run(['config'])
    expect(secrets).toHaveLength(3)
    for (const secret of secrets) expect(output).not.toContain(secret)
  })
})

/** An empty Kubo where a full one was. */
async function deleteRepository({ rpcUrl, close }: KuboNode): Promise<KuboNode> {
  await close()
  return startKubo({ online: true, rpcPort: Number(new URL(rpcUrl).port) })
}
