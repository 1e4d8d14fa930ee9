import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
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
      const bytes = await node.store.get(cid)
      const pack = join(path, 'blocks.pack')
      const offset = (await readFile(pack)).indexOf(bytes ?? 'absent')
      const file = await open(pack, 'r+')
      const flipped = Uint8Array.of((bytes?.[100] ?? 0) ^ 0x10)
      await file.write(flipped, 0, 1, offset + 100)
      await file.close()
    },
    async close() {
      await node.close()
      await rm(path, { recursive: true, force: true })
    },
  }
})
