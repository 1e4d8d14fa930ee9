import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { carBytes } from '@domainsync/sdk'
import { expect, it, onTestFinished } from 'vitest'
import { siteBlocks } from '../gateway/site-blocks.test.support.ts'
import { createEmbeddedReplica } from '../providers/embedded.ts'
import { runInChild } from '../store/run-in-child.test.support.ts'
import { TOKEN } from './running-node.test.support.ts'
import { startNode } from './start-node.ts'

const KIB = 1024

/** A release with one file of noise. */
async function siteOf(kib: number) {
  const { root, blocks } = await siteBlocks({ 'noise.bin': randomBytes(kib * KIB) })
  const car = () => carBytes([root], each([...blocks].reverse()))
  return { root, car }
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'domainsync-node-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

it('a release too large for the disk is refused as such and takes no room from the next', {
  timeout: 60_000,
}, async () => {
  const folder = await newFolder()
  // The shell's file size limit stands for the disk: writes past it fail.
  const child = runInChild(
    `const { startNode } = await import(${JSON.stringify(new URL('./start-node.ts', import.meta.url).href)})
    const node = await startNode({ path: folder, port: 0, token: ${JSON.stringify(TOKEN)} })
    console.log(node.url)`,
    { folder, shell: `ulimit -f ${(8192 * KIB) / 512}; exec "$0" "$@"` },
  )
  onTestFinished(async () => void (await child.kill()))
  const replica = createEmbeddedReplica({ name: 'node', url: await child.line(), token: TOKEN, failureDomain: 'x' })
  const [kept, large, small] = [await siteOf(3000), await siteOf(9000), await siteOf(3000)]
  await replica.upload(kept.root, kept.car)
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(replica.upload(large.root, large.car)).rejects.toMatchObject({ code: 'REPLICA_FULL' })
  }
  await replica.upload(small.root, small.car)
  for (const { root } of [kept, small]) expect(await replica.status(root)).toBe('pinned')
})

it('what a killed node had of an upload is freed by the next', { timeout: 60_000 }, async () => {
  const folder = await newFolder()
  const child = runInChild(
    `const store = await openBlockStore(folder)
    const bytes = Buffer.alloc(100_000, 'cut upload')
    await store.put([{ cid: rawCidFromSha256(sha256(bytes)), bytes }])
    console.log('put')
    setInterval(() => {}, 1000)`,
    { folder },
  )
  await child.line()
  await child.kill()
  const size = async () => (await stat(join(folder, 'blocks.pack'))).size
  expect(await size()).toBeGreaterThan(100_000)
  await using stack = new AsyncDisposableStack()
  const node = await startNode({ path: folder, port: 0, token: TOKEN, tidyAfterMs: 0 })
  stack.defer(() => node.close())
  await expect.poll(size, { timeout: 10_000 }).toBeLessThan(1000)
})
