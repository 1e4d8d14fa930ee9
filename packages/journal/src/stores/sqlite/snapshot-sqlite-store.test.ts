import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSqliteStore } from './open-sqlite-store.ts'
import { snapshotSqliteStore } from './snapshot-sqlite-store.ts'

const REGISTRY = `0x${'ab'.repeat(20)}` as const
const name = { chainId: 1, registry: REGISTRY }
const at = (number: number) => ({ number, hash: `0x${'cd'.repeat(32)}` as const })

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "snap'shot-"))
})
afterEach(() => rm(folder, { recursive: true }))

it('a snapshot holds what was committed, though the store is open and has not written it into its file yet', async () => {
  await using store = await openSqliteStore(join(folder, 'journal.db'))
  await store.cursors.set(name, at(7))
  const to = join(folder, 'snapshot.db')
  await snapshotSqliteStore(join(folder, 'journal.db'), to)
  await store.cursors.set(name, at(8))
  expect((await stat(to)).mode & 0o777).toBe(0o600)
  expect((await readdir(folder)).filter((file) => file.startsWith('snapshot'))).toEqual(['snapshot.db'])
  await using copy = await openSqliteStore(to)
  expect(await copy.cursors.get(name)).toEqual(at(7))
})

it('a snapshot never takes the place of a file', async () => {
  await using _ = await openSqliteStore(join(folder, 'journal.db'))
  await expect(snapshotSqliteStore(join(folder, 'journal.db'), join(folder, 'journal.db'))).rejects.toMatchObject({
    code: 'EEXIST',
  })
})
