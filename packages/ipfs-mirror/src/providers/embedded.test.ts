import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { damageBlock } from '../node/damage-block.test.support.ts'
import { startNode } from '../node/start-node.ts'
import { createEmbeddedReplica } from './embedded.ts'
import { describeReplica } from './replica-conformance.test.support.ts'

const TOKEN = 'the-token-of-this-test'

describeReplica('embedded replica', async () => {
  const path = await mkdtemp(join(tmpdir(), 'embedded-'))
  const node = await startNode({ path, port: 0, token: TOKEN })
  const at = (url: string, token = TOKEN) => createEmbeddedReplica({ name: 'node', url, token, failureDomain: 'here' })
  return {
    replica: at(node.url),
    at,
    wrongToken: at(node.url, 'another-token'),
    damageCode: 'BLOCK_DAMAGED',
    async damage(cid: CID) {
      await damageBlock(path, (await node.store.get(cid)) as Uint8Array)
    },
    async close() {
      await node.close()
      await rm(path, { recursive: true, force: true })
    },
  }
})
