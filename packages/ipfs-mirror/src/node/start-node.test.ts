import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reservePort } from '@domainsync/core/node'
import { expect, it, onTestFinished } from 'vitest'
import { writeCar } from '../car/write-car.ts'
import { siteBlocks } from '../gateway/site-blocks.test.support.ts'
import { proveRetrieval } from '../proof/prove-retrieval.ts'
import { createEmbeddedReplica } from '../providers/embedded.ts'
import { openBlockStore } from '../store/open-block-store.ts'
import { runningNode, storeSite, TOKEN } from './running-node.test.support.ts'
import { startNode } from './start-node.ts'

it('keeps a release that was uploaded, serves it, proves it and lets it go', async () => {
  const node = await runningNode()
  const { root, blocks } = await siteBlocks({
    'index.html': '<p>hello</p>',
    'big.bin': new Uint8Array(3_000_000).fill(7),
  })
  const origin = await openBlockStore(await folder())
  await origin.put(blocks)
  const replica = createEmbeddedReplica({ name: 'node', url: node.url, token: TOKEN, failureDomain: 'here' })

  expect(await replica.status(root)).toBe('absent')
  await replica.upload(root, () => writeCar(root, origin))
  expect(await replica.status(root)).toBe('pinned')
  const proof = await proveRetrieval(root, replica)
  const distinct = new Map(blocks.map(({ cid, bytes }) => [`${cid}`, bytes.length]))
  const bytes = [...distinct.values()].reduce((sum, size) => sum + size, 0)
  expect(proof).toMatchObject({
    ok: true,
    mode: 'full',
    failures: [],
    blocks: distinct.size,
    blocksTotal: distinct.size,
    bytes,
  })
  await replica.remove(root)
  expect(await replica.status(root)).toBe('absent')
  await origin.close()
})

it('says PORT_IN_USE and frees its store when the port is taken', async () => {
  const node = await runningNode()
  const path = await folder()
  await expect(startNode({ path, port: node.port, token: TOKEN })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
  await (await openBlockStore(path)).close()
})

it('starts again on the same folder and port with what it held', async () => {
  const node = await runningNode({ port: await reservePort() })
  const root = await storeSite(node.store, { 'index.html': 'still here' })
  await node.close()
  const again = await startNode({ path: node.path, port: node.port, token: TOKEN })
  const answer = await fetch(`${again.url}/ipfs/${root}?format=raw`)
  expect(answer.status).toBe(200)
  expect(again.store.pinned().map(String)).toEqual([`${root}`])
  await again.close()
})

/** A folder that is gone when the test is. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'domainsync-test-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}
