import { once } from 'node:events'
import { mkdtemp, rm, stat, truncate } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CID } from 'multiformats/cid'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CONTROL_PATH } from '../node/control-api.ts'
import { damageBlock } from '../node/damage-block.test.support.ts'
import { startNode } from '../node/start-node.ts'
import { proveReplication } from '../proof/prove-replication.ts'
import { PACK_HEADER_BYTES } from '../store/pack-file.ts'
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
    lossCode: 'BLOCK_DAMAGED',
    async lose() {
      const pack = join(path, 'blocks.pack')
      const { size } = await stat(pack)
      await truncate(pack, PACK_HEADER_BYTES)
      await truncate(pack, size)
    },
    async close() {
      await node.close()
      await rm(path, { recursive: true, force: true })
    },
  }
})

describe('embedded replica at a wrong URL', () => {
  const root = CID.parse('bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi')

  async function webServer(status: number, headers: Record<string, string> = {}) {
    const authorizations: (string | undefined)[] = []
    const server = createServer((request, response) => {
      authorizations.push(request.headers.authorization)
      response.writeHead(status, headers).end('hello')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const replica = createEmbeddedReplica({ name: 'node', url, token: TOKEN, failureDomain: 'here' })
    return { replica, url, authorizations }
  }

  it('says that this is no DomainSync node', async () => {
    const { replica } = await webServer(404)
    await expect(replica.status(root)).rejects.toMatchObject({
      code: 'REPLICA_FAILED',
      message: expect.stringContaining('no DomainSync node'),
    })
  })

  it('does not carry its token to where a redirect points, nor into messages', async () => {
    const elsewhere = await webServer(200)
    const { replica } = await webServer(302, { location: elsewhere.url })
    const error = await replica.status(root).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'REPLICA_FAILED' })
    expect(String(error)).not.toContain(TOKEN)
    expect(elsewhere.authorizations).toEqual([])
  })

  it.each([
    ['control characters', '\x9b2J\x9b31mLIVE'],
    ['more letters than any code has', 'X'.repeat(65)],
    ['other letters', 'live'],
    ['nothing', ''],
  ])('takes no code of it that is %s', async (_, code) => {
    const { replica } = await webServer(500, { 'x-domainsync-code': code })
    await expect(replica.status(root)).rejects.toMatchObject({ code: 'REPLICA_FAILED' })
  })

  it('is not believed when that says "pinned" to everything and has nothing', async () => {
    const server = createServer((request, response) => {
      if (request.url?.startsWith(CONTROL_PATH)) response.end('{"status":"pinned"}')
      else response.writeHead(404).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const liar = createEmbeddedReplica({ name: 'liar', url, token: TOKEN, failureDomain: 'here' })
    expect(await proveReplication(root, [liar], { need: 1, trial: true })).toMatchObject({
      ok: false,
      replicas: [{ status: 'pinned', counts: false, reason: 'BLOCK_MISSING' }],
    })
  })

  it.each([
    [413, 'REPLICA_FULL'],
    [429, 'RATE_LIMITED'],
    [503, 'REPLICA_FAILED'],
  ])('turns status %i into %s', async (status, code) => {
    const { replica } = await webServer(status)
    await expect(replica.status(root)).rejects.toMatchObject({ code })
    await expect(replica.source.get(root)).rejects.toMatchObject({ code })
  })
})
