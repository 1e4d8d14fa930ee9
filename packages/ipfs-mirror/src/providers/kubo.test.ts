import { describe } from 'vitest'
import { createKuboReplica } from './kubo.ts'
import { startKubo } from './kubo-node.test.support.ts'
import { describeReplica } from './replica-conformance.test.support.ts'
import { KUBO } from './server-binary.test.support.ts'

const RPC_TOKEN = 'a-kubo-rpc-token'

describe.skipIf(KUBO.absence())('with a real Kubo, offline', () => {
  describeReplica('Kubo replica', async () => {
    const kubo = await startKubo({ token: RPC_TOKEN })
    const at = (url: string, token = RPC_TOKEN) =>
      createKuboReplica({ name: 'kubo', rpcUrl: url, token, failureDomain: 'there' })
    return {
      replica: at(kubo.rpcUrl),
      at,
      wrongToken: at(kubo.rpcUrl, 'another-token'),
      damageCode: 'BLOCK_MISMATCH',
      damage: kubo.damage,
      lossCode: 'BLOCK_MISSING',
      async lose(blocks) {
        for (const { cid } of blocks) await kubo.lose(cid)
      },
      close: kubo.close,
    }
  })
})
