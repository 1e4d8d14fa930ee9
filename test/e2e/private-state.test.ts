import { chmod, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createPublisher } from '../../packages/cli/dist/index.js'
import { DOMAIN, openPublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

/** Files and folders that others may do something with, from the folder on. */
async function openToOthers(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = [folder, ...entries.map((entry) => join(entry.parentPath, entry.name))]
  const modes = await Promise.all(paths.map(async (path) => [path, (await stat(path)).mode & 0o077] as const))
  return modes.filter(([, mode]) => mode !== 0).map(([path]) => path)
}

it('state is for its owner alone: a new one, one that an older version made, and that of a program', async () => {
  await using world = await openPublishWorld()
  const state = join(world.folder, 'state')
  await world.writeSite({ 'index.html': 'first' })
  const publish = () => runCli(['publish', DOMAIN], { config: world.config.file })
  expect(await publish()).toMatchObject({ code: 0 })
  const own = (paths: readonly string[]) => paths.filter((path) => !/\/(node-\d|zones)/.test(path))
  expect(own(await openToOthers(state))).toEqual([])

  for (const path of [state, join(state, 'domainsync.db'), join(state, 'node-1'), join(state, 'zones.json')])
    await chmod(path, 0o755)
  expect(await publish()).toMatchObject({ code: 0 })
  expect(await openToOthers(state)).not.toEqual(expect.arrayContaining([state, join(state, 'domainsync.db')]))
  expect((await stat(join(state, 'node-1'))).mode & 0o777).toBe(0o700)

  const elsewhere = await world.configWith('library', (config) => {
    config.state = 'other-state'
    config.agent = { store: { kind: 'sqlite', path: 'other-state/journal.db' } }
  })
  await using _ = await createPublisher(elsewhere)
  expect((await stat(join(world.folder, 'other-state'))).mode & 0o777).toBe(0o700)
})
