import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'))
  file = join(folder, 'domainsync.config.ts')
})
afterEach(() => rm(folder, { recursive: true }))

it('reads a file that was changed since it was read as it is now', async () => {
  await writeFile(file, 'export const nothing = 1')
  await expect(loadConfig(file)).rejects.toThrow(/has no default export/)
  await writeFile(file, 'export default {}')
  await expect(loadConfig(file)).rejects.toThrow(/network/)
})
