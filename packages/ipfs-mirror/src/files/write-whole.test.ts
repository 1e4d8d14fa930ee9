import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeWhole } from './write-whole.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domainsync-whole-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('writes a file in a folder that is missing, with the mode that is wanted, and nothing beside it', async () => {
  const path = join(folder, 'state/file')
  await writeWhole(path, Buffer.from('first'), { mode: 0o600 })
  await writeWhole(path, Buffer.from('second'), { mode: 0o600 })
  expect(await readFile(path, 'utf8')).toBe('second')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readdir(join(folder, 'state'))).toEqual(['file'])
})

it('replaces what a killed process left half written, whatever its mode', async () => {
  const path = join(folder, 'file')
  await writeFile(`${path}.new`, 'half', { mode: 0o666 })
  await writeWhole(path, Buffer.from('whole'), { mode: 0o600 })
  expect(await readdir(folder)).toEqual(['file'])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

it('leaves nothing behind when it cannot be written', async () => {
  const path = join(folder, 'taken')
  await mkdir(path)
  await expect(writeWhole(path, Buffer.from('text'))).rejects.toMatchObject({ code: 'EISDIR' })
  expect(await readdir(folder)).toEqual(['taken'])
})
