import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
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

it.each([
  ['does not parse', 'export default {\n  a: 1,\n  b: { c: ,\n}\n', 3],
  ['names what is not there', '\nexport default { a: nowhere.to.be.found }\n', 2],
])('says in which line a configuration %s', async (_, text, line) => {
  await writeFile(file, text)
  // Not in this process: what runs the tests loads modules in its own way.
  const load = `import(${JSON.stringify(import.meta.resolve('./load-config.ts'))}).then((it) => it.loadConfig(process.argv[1]))`
  const run = promisify(execFile)(process.execPath, [
    '-e',
    `${load}.catch((error) => console.log(error.message))`,
    file,
  ])
  expect((await run).stdout).toMatch(new RegExp(`config\\.ts:${line} cannot be loaded: .`))
})
