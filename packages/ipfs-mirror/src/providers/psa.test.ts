import { carBytes } from '@domainsync/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { siteBlocks } from '../gateway/site-blocks.test.support.ts'
import { type ClusterPeer, clusterToken, startIpfsCluster } from './ipfs-cluster-peers.test.support.ts'
import { createKuboReplica } from './kubo.ts'
import { type KuboNode, startKubo } from './kubo-node.test.support.ts'
import { createPsaReplica } from './psa.ts'
import { describeReplica } from './replica-conformance.test.support.ts'
import { IPFS_CLUSTER, KUBO } from './server-binary.test.support.ts'

describe.skipIf(KUBO.absence() || IPFS_CLUSTER.absence())('with the Pinning Service API of a real IPFS Cluster', () => {
  let peer: ClusterPeer
  let holder: KuboNode
  let token: string
  beforeAll(async () => {
    const [peers, kubo] = await Promise.all([startIpfsCluster(1, { online: true }), startKubo({ online: true })])
    peer = peers[0]!
    holder = kubo
    token = await clusterToken(peer)
  })
  afterAll(() => Promise.all([peer?.close(), holder?.close()]))

  const at = (url: string, { rpcUrl = url, credentials = { token } } = {}) =>
    createPsaReplica({ name: 'psa', url, rpcUrl, credentials, failureDomain: 'there' })
  const keeper = () => createKuboReplica({ name: 'holder', rpcUrl: holder.rpcUrl, failureDomain: 'here' })

  describeReplica(
    'PSA replica',
    async () => ({
      replica: at(peer.psaUrl, peer.kubo),
      at,
      async origins(root, blocks) {
        await keeper().upload(root, () => carBytes([root], each(blocks)))
        return holder.origins
      },
      wrongToken: at(peer.psaUrl, { ...peer.kubo, credentials: { token: `${token.slice(0, -4)}abcd` } }),
      damageCode: 'BLOCK_MISMATCH',
      damage: peer.kubo.damage,
      lossCode: 'BLOCK_MISSING',
      async lose(blocks) {
        for (const { cid } of blocks) await peer.kubo.lose(cid)
      },
      close: async () => undefined,
    }),
    { pulls: true },
  )

  it('refuses to ask for what nobody can be dialled for, instead of waiting in a queue for ever', async () => {
    const { root } = await siteBlocks({ 'index.html': 'held by nobody' })
    const replica = at(peer.psaUrl, peer.kubo)
    await expect(replica.pull(root, [])).rejects.toMatchObject({ code: 'PIN_NO_SOURCE' })
    expect(await replica.status(root)).toBe('absent')
  })

  it('says PIN_TIMEOUT when the source does not have it, and takes the next source that does', async () => {
    const { root, blocks } = await siteBlocks({ 'index.html': 'held by one in the end' })
    const replica = at(peer.psaUrl, peer.kubo)
    await expect(replica.pull(root, holder.origins, { timeoutMs: 4_000 })).rejects.toMatchObject({
      code: 'PIN_TIMEOUT',
    })
    expect(await replica.status(root)).toBe('pending')
    await keeper().upload(root, () => carBytes([root], each(blocks.toReversed())))
    await replica.pull(root, holder.origins)
    expect(await replica.status(root)).toBe('pinned')
    await replica.remove(root)
    expect(await replica.status(root)).toBe('absent')
  })
})

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}
