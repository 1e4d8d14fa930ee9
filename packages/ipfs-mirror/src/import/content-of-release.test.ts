import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BlockStore } from '../store/block-store.ts'
import { openBlockStore } from '../store/open-block-store.ts'
import { assembleRelease } from './assemble-release.ts'
import { contentOfRelease } from './content-of-release.ts'
import { importFolder } from './import-folder.ts'

let folder: string
let store: BlockStore
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domainsync-content-'))
  store = await openBlockStore(join(folder, 'store'))
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

it.each([
  ['a plain site', ['index.html', 'a/b.txt']],
  ['a site with a .well-known of its own', ['index.html', '.well-known/security.txt', '.well-known/acme/x']],
])('gives back what was assembled: %s', async (name, paths) => {
  const site = join(folder, name)
  for (const path of paths) {
    await mkdir(dirname(join(site, path)), { recursive: true })
    await writeFile(join(site, path), path)
  }
  const content = await importFolder(site, { store })
  // Whatever the manifest says: it is not asked.
  const parts = { releaseJson: new TextEncoder().encode('not json'), spki: new Uint8Array(2_614) }
  const root = await assembleRelease(content, parts, { store })
  expect(root.equals(content.root)).toBe(false)
  expect(`${await contentOfRelease(root, store)}`).toBe(`${content.root}`)
})
