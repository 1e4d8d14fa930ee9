import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDomainName, type SiteCheck } from '@domainsync/core'
import { type BlockStore, type Content, importFolder, openBlockStore } from '@domainsync/ipfs-mirror'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { previewChecks } from './preview-checks.ts'

describe('previewChecks', () => {
  let folder: string
  let store: BlockStore
  let content: Content
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'preview-'))
    const site = join(folder, 'site')
    await mkdir(join(site, 'docs'), { recursive: true })
    await writeFile(join(site, 'index.html'), '<title>Größe</title>')
    await writeFile(join(site, '404.html'), 'nothing here')
    await writeFile(join(site, 'docs/index.html'), 'the docs')
    store = await openBlockStore(join(folder, 'blocks'))
    content = await importFolder(site, { store })
  })
  afterAll(async () => {
    await store?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const ask = (...checks: SiteCheck[]) =>
    previewChecks(content.root, checks, { store, domain: parseDomainName('example.com') })

  it('serves the folder as readers will get it', async () => {
    const results = await ask(
      { path: '/', status: 200, contains: '<title>Größe' },
      { path: '/docs/', status: 200, contains: 'the docs' },
      { path: '/missing', status: 404, contains: 'nothing here' },
    )
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true])
  })

  it('says what was answered instead', async () => {
    expect(await ask({ path: '/missing', status: 200 }, { path: '/', status: 200, contains: 'Broken' })).toMatchObject([
      { ok: false, detail: '/missing: status 404, expected 200' },
      { ok: false, detail: '/: "Broken" is not on the page' },
    ])
  })

  it('has nothing to say without checks', async () => {
    expect(await ask()).toEqual([])
  })

  it('ends with the caller', async () => {
    const gone = previewChecks(content.root, [{ path: '/', status: 200 }], {
      store,
      domain: parseDomainName('example.com'),
      signal: AbortSignal.abort(new Error('enough')),
    })
    await expect(gone).rejects.toThrow()
  })
})
