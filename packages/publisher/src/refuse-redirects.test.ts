import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BlockStore, importFolder, openBlockStore } from '@domainsync/ipfs-mirror'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { refuseRedirects } from './refuse-redirects.ts'

let folder: string
let store: BlockStore
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domainsync-redirects-'))
  store = await openBlockStore(join(folder, 'store'))
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

async function check(text: string): Promise<void> {
  const site = await mkdtemp(join(folder, 'site-'))
  await writeFile(join(site, '_redirects'), text)
  await refuseRedirects((await importFolder(site, { store })).root, { store })
}

it('lets rules pass that a server can read', async () => {
  await expect(check('/old /new 301\n# a comment\n')).resolves.toBeUndefined()
})

it('lets a site pass that has no such file', async () => {
  const site = await mkdtemp(join(folder, 'site-'))
  await writeFile(join(site, 'index.html'), 'x')
  await expect(refuseRedirects((await importFolder(site, { store })).root, { store })).resolves.toBeUndefined()
})

it.each(['/x not-a-target 999', '#'.repeat(70_000)])('refuses what no server reads', async (text) => {
  await expect(check(text)).rejects.toMatchObject({ code: 'REDIRECTS_INVALID' })
})
