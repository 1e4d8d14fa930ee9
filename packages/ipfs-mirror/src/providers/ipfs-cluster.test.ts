import { describe } from 'vitest'
import { createIpfsClusterReplica } from './ipfs-cluster.ts'
import { CLUSTER_USER, startIpfsCluster } from './ipfs-cluster-peers.test.support.ts'
import { describeReplica } from './replica-conformance.test.support.ts'
import { IPFS_CLUSTER, KUBO } from './server-binary.test.support.ts'

describe.skipIf(KUBO.absence() || IPFS_CLUSTER.absence())('with a real IPFS Cluster of three peers, offline', () => {
  describeReplica('IPFS Cluster replica', async () => {
    const peers = await startIpfsCluster(3)
    const [first, second] = peers
    const at = (url: string, { rpcUrl = url, credentials = CLUSTER_USER } = {}) =>
      createIpfsClusterReplica({ name: 'cluster', url, rpcUrl, credentials, failureDomain: 'there' })
    const { url } = first!
    // Read back from another peer than the one that it was sent to.
    const { kubo } = second!
    return {
      replica: at(url, kubo),
      at,
      wrongToken: at(url, { ...kubo, credentials: { ...CLUSTER_USER, password: 'another' } }),
      damageCode: 'BLOCK_MISMATCH',
      damage: kubo.damage,
      lossCode: 'BLOCK_MISSING',
      async lose(blocks) {
        for (const { cid } of blocks) await kubo.lose(cid)
      },
      async close() {
        await Promise.all(peers.map((peer) => peer.close()))
      },
    }
  })
})
