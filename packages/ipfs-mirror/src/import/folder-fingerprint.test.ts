import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { folderFingerprint } from './folder-fingerprint.ts'

describe('a folder’s fingerprint', () => {
  let above: string
  let site: string
  beforeAll(async () => {
    above = await mkdtemp(join(tmpdir(), 'domainsync-fingerprint-'))
    site = join(above, 'site')
  })
  afterAll(() => rm(above, { recursive: true }))
  beforeEach(() => write(site))

  async function write(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true })
    await mkdir(join(folder, 'notes'), { recursive: true })
    await writeFile(join(folder, 'index.html'), 'a')
    await writeFile(join(folder, 'notes/one.txt'), 'one')
  }

  it('stays while nothing changes, and when a folder without files comes', async () => {
    const before = await folderFingerprint(site)
    await mkdir(join(site, 'empty'))
    expect(await folderFingerprint(site)).toBe(before)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['new bytes of the same length', () => writeFile(join(site, 'index.html'), 'b')],
    ['new bytes under the old time', () => edit(join(site, 'index.html'))],
    ['a new file', () => writeFile(join(site, 'notes/two.txt'), 'two')],
    ['a file gone', () => rm(join(site, 'notes'), { recursive: true })],
    ['another name', () => rename(join(site, 'index.html'), join(site, 'start.html'))],
    ['the folder gone', () => rm(site, { recursive: true })],
    ['the folder built again', () => write(site)],
    ['something that is refused', () => symlink('index.html', join(site, 'link'))],
  ])('changes with %s', async (_, change) => {
    const before = await folderFingerprint(site)
    await change()
    expect(await folderFingerprint(site)).not.toBe(before)
  })

  async function edit(path: string): Promise<void> {
    const then = new Date(2020, 1, 1)
    await utimes(path, then, then)
    await writeFile(path, 'z')
    await utimes(path, then, then)
  }
})
