import { mkdir, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedReplica, importFolder, openBlockStore, startNode, writeCar } from '@domainsync/ipfs-mirror'
import { expect, it, onTestFinished } from 'vitest'
import { letGo, THIS_MACHINE } from './let-go.ts'

/** Real nodes that hold a site, and the publisher's own blocks with it. */
async function world(names: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'let-go-'))
  const stack = new AsyncDisposableStack()
  onTestFinished(() => stack.disposeAsync())
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'site'))
  await writeFile(join(folder, 'site/index.html'), '<p>old</p>')
  const blocks = await openBlockStore(join(folder, 'own'))
  stack.defer(() => blocks.close())
  const { root } = await importFolder(join(folder, 'site'), { store: blocks })
  await blocks.pin(root)
  const replicas = await Promise.all(
    names.map(async (name) => {
      const node = await startNode({ path: join(folder, name), port: 0, token: 'token' })
      stack.defer(() => node.close())
      const replica = createEmbeddedReplica({ name, url: node.url, token: 'token', failureDomain: name })
      await replica.upload(root, () => writeCar(root, blocks))
      return replica
    }),
  )
  const statuses = () => Promise.all(replicas.map((replica) => replica.status(root)))
  const isHere = () => blocks.pinned().some((one) => one.equals(root))
  return { folder, root, blocks, replicas, statuses, isHere }
}

/** Zeroes over the blocks of a node that goes on saying that it holds them. */
async function losePack(folder: string): Promise<void> {
  const pack = join(folder, 'blocks.pack')
  const { size } = await stat(pack)
  await truncate(pack, 64)
  await truncate(pack, size)
}

it('leaves one copy of what was a release, shown to be there, and none of what never was one', async () => {
  const { root, blocks, replicas, statuses, isHere } = await world(['a', 'b', 'c'])
  const planned = await letGo(root, { replicas, blocks, keepOne: true, dryRun: true })
  expect(planned).toEqual({ keptBy: 'a', removedFrom: ['b', 'c', THIS_MACHINE], failed: [] })
  expect([await statuses(), isHere()]).toEqual([['pinned', 'pinned', 'pinned'], true])

  expect(await letGo(root, { replicas, blocks, keepOne: true })).toEqual(planned)
  expect([await statuses(), isHere()]).toEqual([['pinned', 'absent', 'absent'], false])
  expect(await letGo(root, { replicas, blocks, keepOne: true })).toEqual({ keptBy: 'a', removedFrom: [], failed: [] })

  expect(await letGo(root, { replicas, blocks, keepOne: false })).toEqual({ removedFrom: ['a'], failed: [] })
  expect(await statuses()).toEqual(['absent', 'absent', 'absent'])
})

it('does not take the word of a node that lost its blocks for the last copy', async () => {
  const { folder, root, blocks, replicas, statuses } = await world(['liar', 'b'])
  await losePack(join(folder, 'liar'))
  expect(await letGo(root, { replicas, blocks, keepOne: true })).toMatchObject({ keptBy: 'b' })
  expect(await statuses()).toEqual(['absent', 'pinned'])
})

it('keeps everything when no copy can be shown, and says so', async () => {
  const { folder, root, blocks, replicas, statuses } = await world(['liar', 'too'])
  for (const name of ['liar', 'too']) await losePack(join(folder, name))
  await blocks.unpin(root)
  expect(await letGo(root, { replicas, blocks, keepOne: true })).toEqual({
    removedFrom: [],
    failed: [
      { provider: 'liar', code: 'LAST_COPY' },
      { provider: 'too', code: 'LAST_COPY' },
    ],
  })
  expect(await statuses()).toEqual(['pinned', 'pinned'])
})

it('names a provider that does not answer, and goes on with the others', async () => {
  const { folder, root, blocks, replicas } = await world(['a', 'b'])
  const stopped = await startNode({ path: join(folder, 'stopped'), port: 0, token: 'token' })
  await stopped.close()
  const gone = createEmbeddedReplica({ name: 'gone', url: stopped.url, token: 'token', failureDomain: 'x' })
  expect(await letGo(root, { replicas: [gone, ...replicas], blocks, keepOne: true })).toEqual({
    keptBy: 'a',
    removedFrom: ['b', THIS_MACHINE],
    failed: [{ provider: 'gone', code: 'REPLICA_OFFLINE' }],
  })
})
