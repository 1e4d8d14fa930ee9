import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSavedFile } from './open-saved-file.ts'

describe('a saved file', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domainsync-saved-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const unreadable = (why: string) => ({ code: 'FILE_UNREADABLE', message: expect.stringContaining(why) })

  it('is read in pieces, up to its end', async () => {
    const path = join(folder, 'saved.car')
    await writeFile(path, '0123456789')
    await using file = await openSavedFile(path)
    const piece = async (start: number, end: number) =>
      Buffer.from(await file.slice(start, end).arrayBuffer()).toString()
    expect([file.size, await piece(2, 5), await piece(8, 99)]).toEqual([10, '234', '89'])
  })

  it('is refused when it is cut while it is read', async () => {
    const path = join(folder, 'saved.car')
    await writeFile(path, '0123456789')
    await using file = await openSavedFile(path)
    await truncate(path, 4)
    await expect(file.slice(0, 10).arrayBuffer()).rejects.toMatchObject(unreadable('cut meanwhile'))
  })

  it('is not waited for when it is a named pipe, nor read when it is a folder or missing', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    await expect(openSavedFile(pipe)).rejects.toMatchObject(unreadable('no regular file'))
    await expect(openSavedFile(folder)).rejects.toMatchObject(unreadable('no regular file'))
    await expect(openSavedFile(join(folder, 'nothing'))).rejects.toMatchObject(unreadable('ENOENT'))
  })
})
