import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { byPath, RELEASE_FILE, SPKI_FILE } from '@domainsync/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { BlockStore } from '../store/block-store.ts'
import { openBlockStore } from '../store/open-block-store.ts'
import { assembleRelease } from './assemble-release.ts'
import { importFolder } from './import-folder.ts'
import { listDirectory } from './list-directory.ts'
import { releaseFiles } from './release-files.ts'
import { referenceRoot, type SiteFiles, writeSite } from './write-site.test.support.ts'

const SPKI = Buffer.alloc(2614, 'key')
const RELEASE_JSON = Buffer.from('{"payload":""}')

let folder: string
let store: BlockStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-'))
  store = await openBlockStore(join(folder, 'store'))
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

/** Over 256 KiB of names and links. */
const manyFiles = Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`${i}-${'long'.repeat(50)}.html`, `${i}`]))
const sites: [string, SiteFiles][] = [
  ['one file', { 'index.html': 'hi' }],
  ['folders around .well-known in order', { '-': 'a', '.a/b': 'b', '.well-known2/c': 'c', 'z/d': 'd' }],
  ['a .well-known of its own', { 'index.html': 'hi', '.well-known/security.txt': 'x', '.well-known/a/b': 'y' }],
  ['so many files that its directory is a HAMT', manyFiles],
  ['a HAMT for a .well-known', Object.fromEntries(Object.entries(manyFiles).map(([k, v]) => [`.well-known/${k}`, v]))],
]

it.each(sites)('gives a site of %s the root of the same files with ours on disk', async (_what, files) => {
  const site = await writeSite(files, join(folder, 'site'))
  const content = await importFolder(site, { store })
  const root = await assembleRelease(content, { releaseJson: RELEASE_JSON, spki: SPKI }, { store })
  expect(root.toString()).toBe(await referenceRoot({ ...files, [RELEASE_FILE]: RELEASE_JSON, [SPKI_FILE]: SPKI }))
  await store.pin(root)
})

it('cuts a release.json of more than 1 MiB into chunks', async () => {
  const releaseJson = Buffer.alloc(3e6, 'json')
  const site = await writeSite({ 'index.html': 'hi' }, join(folder, 'site'))
  const root = await assembleRelease(await importFolder(site, { store }), { releaseJson, spki: SPKI }, { store })
  expect(root.toString()).toBe(
    await referenceRoot({ 'index.html': 'hi', [RELEASE_FILE]: releaseJson, [SPKI_FILE]: SPKI }),
  )
  await store.pin(root)
})

it('replaces the two files of an earlier release, so any release root serves as content', async () => {
  const site = await writeSite({ 'index.html': 'hi' }, join(folder, 'site'))
  const content = await importFolder(site, { store })
  const first = await assembleRelease(content, { releaseJson: Buffer.from('old'), spki: SPKI }, { store })
  const second = await assembleRelease({ root: first }, { releaseJson: RELEASE_JSON, spki: SPKI }, { store })
  expect(second).toEqual(await assembleRelease(content, { releaseJson: RELEASE_JSON, spki: SPKI }, { store }))
})

it('says which block it lacks when the store does not hold the content', async () => {
  const site = await writeSite({ 'index.html': 'hi' }, join(folder, 'site'))
  const content = await importFolder(site)
  await expect(assembleRelease(content, { releaseJson: RELEASE_JSON, spki: SPKI }, { store })).rejects.toMatchObject({
    code: 'BLOCK_MISSING',
    message: expect.stringContaining(content.root.toString()),
  })
})

it('lists every file for the statement, the key among them, in order', async () => {
  const site = await writeSite({ '.well-known/a': 'a', '.well-known/z': 'z', 'index.html': 'hi' }, join(folder, 'site'))
  const content = await importFolder(site)
  const files = releaseFiles(content, { pqKeyHash: `0x${'1'.repeat(64)}` })
  expect(files.map(({ path }) => path)).toEqual(['.well-known/a', SPKI_FILE, '.well-known/z', 'index.html'])
  expect(files.toSorted(byPath)).toEqual(files)
  expect(Object.keys(files[0]!)).toEqual(['path', 'sha256'])
})

it('lists a directory whole, be it one block or a HAMT, and nothing else', async () => {
  const site = await writeSite(manyFiles, join(folder, 'site'))
  const content = await importFolder(site, { store })
  const names = (await listDirectory(content.root, store)).map(({ name }) => name)
  expect(names.sort()).toEqual(Object.keys(manyFiles).sort())
  await expect(listDirectory(content.files[0]!.cid, store)).rejects.toMatchObject({ code: 'BLOCK_MALFORMED' })
})
