import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listFiles, resolvePath } from '@domainsync/sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KUBO } from '../providers/server-binary.test.support.ts'
import type { BlockStore } from '../store/block-store.ts'
import { openBlockStore } from '../store/open-block-store.ts'
import { importFolder } from './import-folder.ts'
import { createKuboRepository } from './kubo-repository.test.support.ts'
import { CHUNK_BYTES } from './unixfs-profile.ts'

const MIB = 1024 * 1024
/** What an import may take on top of what the process had, in bytes. */
const MAX_GROWTH_BYTES = 200 * MIB
const FILES = 100_000
/** Leaves of a file's tree below one node. */
const LINKS = 1024

const absence = KUBO.absence()

describe.skipIf(absence !== undefined)('a large site', { timeout: 600_000 }, () => {
  let folder: string
  let site: string
  let store: BlockStore
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'large-'))
    site = join(folder, 'site')
    mkdirSync(site)
    store = await openBlockStore(join(folder, 'store'))
  })
  afterEach(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })

  const kuboRoot = () => createKuboRepository(join(folder, 'kubo')).rootOf(site)

  /** A file with holes: every chunk of zeros but some. */
  async function writeSparse(name: string, sizeBytes: number): Promise<void> {
    await using file = await open(join(site, name), 'w')
    await file.truncate(sizeBytes)
    for (let at = 0; at < sizeBytes - 12; at += 200 * MIB)
      await file.write(Buffer.from(`${at}`.padStart(12)), 0, 12, at)
  }

  it('of 100,000 files in one folder has the root that Kubo gives it, and can be read back', async () => {
    for (let i = 0; i < FILES; i++) writeFileSync(join(site, `file-${i}.txt`), `${i % 1000}`)
    const { root, files } = await importFolder(site, { store })
    expect(files).toHaveLength(FILES)
    expect(`${root}`).toBe(kuboRoot())
    await store.pin(root)
    const listed = new Set<string>()
    for await (const { path } of listFiles(root, store)) listed.add(path)
    expect(listed.size).toBe(FILES)
    expect(await resolvePath(root, 'file-99999.txt', { source: store })).toMatchObject({ kind: 'file' })
    expect(await resolvePath(root, 'file-100000.txt', { source: store })).toBeUndefined()
  })

  it.each([
    ['as many chunks as one node links to', LINKS * CHUNK_BYTES],
    ['one byte more', LINKS * CHUNK_BYTES + 1],
    ['three times as many, and a bit', 3 * LINKS * CHUNK_BYTES + 12_345],
  ])('with a file of %s has the root that Kubo gives it, with flat memory', async (_what, sizeBytes) => {
    await writeSparse('large.bin', sizeBytes)
    const before = process.memoryUsage().rss
    let most = before
    const { root, files } = await importFolder(site, {
      store,
      onProgress: () => {
        most = Math.max(most, process.memoryUsage.rss())
      },
    })
    expect(files[0]!.sizeBytes).toBe(sizeBytes)
    expect(most - before).toBeLessThan(MAX_GROWTH_BYTES)
    expect(`${root}`).toBe(kuboRoot())
    await store.pin(root)
  })
})
