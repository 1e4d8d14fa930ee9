import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { importFolder } from './import-folder.ts'

it.each([
  // Writes to it end as they do on a full disk.
  ['has no room', '/dev/full', /make room on its disk/],
  ['is not to be written', '/dev/full/x', /name another place/],
])('a cache that %s ends the import with what to do, and leaves nothing beside it', async (_, target, advice) => {
  const folder = await mkdtemp(join(tmpdir(), 'import-cache-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const site = join(folder, 'site')
  await mkdir(site)
  await writeFile(join(site, 'index.html'), 'hi')
  await symlink(target, join(folder, 'cache.new'))
  const importing = importFolder(site, { cache: join(folder, 'cache'), rehash: false })
  await expect(importing).rejects.toMatchObject({
    code: 'IMPORT_CACHE_UNWRITABLE',
    message: expect.stringMatching(advice),
  })
  expect(await readdir(folder)).toEqual(['site'])
})
