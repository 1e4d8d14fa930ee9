import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openBlockStore } from '../store/open-block-store.ts'
import { runInChild } from '../store/run-in-child.test.support.ts'
import { useStoreFolder } from '../store/store-folder.test.support.ts'
import { importFolder } from './import-folder.ts'
import { referenceRoot, type SiteFiles, writeSite } from './write-site.test.support.ts'

const FILES = 2_500
/** Files that changed within this time are not remembered. */
const CACHE_SETTLES_MS = 150

const { folder } = useStoreFolder()
let site: string
let files: SiteFiles
let cache: string
beforeEach(async () => {
  files = Object.fromEntries(Array.from({ length: FILES }, (_, i) => [`${i % 7}/${i}.txt`, `${i}`.repeat(4_000)]))
  site = await writeSite(files)
  cache = join(site, '../', `${site.split('/').at(-1)}.cache`)
  await setTimeout(CACHE_SETTLES_MS)
})
afterEach(async () => {
  await Promise.all([site, cache, `${cache}.new`].map((path) => rm(path, { recursive: true, force: true })))
})

/** What a child does until it is killed. */
const script = () => `
  const { importFolder } = await import(${JSON.stringify(new URL('./import-folder.ts', import.meta.url).href)})
  const store = await openBlockStore(folder)
  await importFolder(${JSON.stringify(site)}, { store, cache: ${JSON.stringify(cache)}, rehash: false, checkpointEveryMs: 0,
    onProgress: ({ filesDone }) => console.log(filesDone) })
  console.log('done')
  setInterval(() => {}, 1000)`

it('an import that is killed again and again comes to the same root, and reads no file for ever', {
  timeout: 60_000,
}, async () => {
  for (const killAt of [1_200, 2_400]) {
    const child = runInChild(script(), { folder: folder() })
    for (let line = await child.line(); line !== 'done' && Number(line) < killAt; line = await child.line());
    await child.kill()
  }
  const store = await openBlockStore(folder())
  let put = 0
  const counting = {
    has: (...[cid]: Parameters<typeof store.has>) => store.has(cid),
    hold: () => store.hold(),
    lease: (...[root]: Parameters<typeof store.lease>) => store.lease(root),
    put: async (blocks: Parameters<typeof store.put>[0]) => {
      const all = [...blocks]
      put += all.length
      await store.put(all)
    },
  }
  const { root } = await importFolder(site, { store: counting, cache, rehash: false })
  expect(`${root}`).toBe(await referenceRoot(files))
  // What the children found is not read again: a few files are, and the folders.
  expect(put).toBeLessThan(FILES / 2)
  // Whole: no block of it is half there.
  await store.pin(root)
  for (const { cid } of (await importFolder(site, { store })).files) expect(await store.get(cid)).toBeDefined()
  await store.close()
})
