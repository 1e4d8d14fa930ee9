import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readRegularFile } from './read-regular-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domainsync-regular-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('reads a file up to its limit', async () => {
  const path = join(folder, 'file')
  await writeFile(path, 'four')
  expect(Buffer.from(await readRegularFile(path, { maxBytes: 4 })).toString()).toBe('four')
  await expect(readRegularFile(path, { maxBytes: 3 })).rejects.toThrow('at most 3')
})

it('does not wait for a named pipe that nobody writes to', async () => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  await expect(readRegularFile(pipe, { maxBytes: 4 })).rejects.toThrow('no regular file')
})

it('does not read a device without an end, behind a link either', async () => {
  const link = join(folder, 'zeros')
  await symlink('/dev/zero', link)
  await expect(readRegularFile(link, { maxBytes: 4 })).rejects.toThrow('no regular file')
})
