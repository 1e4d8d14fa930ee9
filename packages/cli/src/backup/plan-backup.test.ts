import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LoadedConfig } from '../config/load-config.ts'
import { parseConfig } from '../config/parse-config.ts'
import { planBackup } from './plan-backup.ts'

let folder: string
let elsewhere: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plan-'))
  elsewhere = await mkdtemp(join(tmpdir(), 'plan-elsewhere-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
  await rm(elsewhere, { recursive: true })
})

async function write(path: string, text = ''): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, text)
}

/** A configuration in `folder` with a journal and a node elsewhere. */
async function config(text = ''): Promise<LoadedConfig> {
  const file = join(folder, 'domainsync.config.ts')
  await write(file, text)
  const passphrase = { env: 'PASSPHRASE' }
  const values = parseConfig({
    network: { chainId: 31337, registry: `0x${'ab'.repeat(20)}`, rpcUrls: [{ env: 'RPC' }], quorum: 1 },
    keys: { publisher: { file: 'keys/raw' }, release: { file: 'keys/release.json', passphrase } },
    providers: {
      one: { kind: 'embedded', path: 'state/one', url: 'http://a', token: { file: 'keys/token' }, failureDomain: 'a' },
      two: {
        kind: 'embedded',
        path: join(elsewhere, 'two'),
        url: 'http://a',
        token: { file: 'keys/token' },
        failureDomain: 'a',
      },
      far: { kind: 'embedded', url: 'http://b', token: { env: 'FAR' }, failureDomain: 'b' },
    },
    replication: { need: 1 },
    dns: {
      local: {
        kind: 'embedded',
        server: '127.0.0.1:1',
        key: { name: 'k', secret: { file: 'keys/dns' } },
        path: 'state/zones.json',
      },
    },
    domains: { 'a.example': { url: 'http://a.example', dns: 'local' } },
    agent: { store: { kind: 'sqlite', path: join(elsewhere, 'journal.db') } },
  })
  return { file, folder, env: {}, values }
}

const plan = async (text = '', withKeys = false) =>
  planBackup(await config(text), { withKeys, record: join(folder, 'state', 'backups.json') })
const pathsOf = ({ layout }: Awaited<ReturnType<typeof plan>>) => layout.files.map(({ path }) => path)

describe('what a backup is made of', () => {
  it('is the configuration with what it imports, zones and the record of backups', async () => {
    await write(join(folder, 'checks', 'all.ts'), "export * from './more.ts'")
    await write(join(folder, 'checks', 'more.ts'))
    await write(join(folder, 'state', 'zones.json'))
    const made = await plan("import type { Config } from 'domainsync'\nimport { checks } from './checks/all.ts'")
    expect(pathsOf(made)).toEqual([
      'domainsync.config.ts',
      'checks/all.ts',
      'checks/more.ts',
      'state/zones.json',
      'state/backups.json',
    ])
    await expect(plan("import './gone.ts'")).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('is put below one folder, also what lay elsewhere, and says so', async () => {
    await write(join(elsewhere, 'journal.db'))
    const { layout, journal, stores } = await plan()
    expect(journal).toBe(join(elsewhere, 'journal.db'))
    expect(stores.map(({ name }) => name)).toEqual(['one', 'two'])
    expect(layout.stores).toEqual([
      { name: 'one', path: 'state/one' },
      { name: 'two', path: expect.stringMatching(/^outside\/\d\/two$/) },
    ])
    expect(layout.moved.map(({ from }) => from).sort()).toEqual([join(elsewhere, 'journal.db'), join(elsewhere, 'two')])
    expect(layout.moved.map(({ path }) => path)).toContain(layout.journal)
  })

  it('has key files only when they are wanted, and never raw secrets', async () => {
    for (const name of ['raw', 'token', 'dns', 'release.json']) await write(join(folder, 'keys', name))
    const without = await plan()
    expect(pathsOf(without)).not.toContain('keys/release.json')
    expect(without.layout.secrets).toEqual({
      env: ['FAR', 'PASSPHRASE', 'RPC'],
      files: ['keys/dns', 'keys/raw', 'keys/release.json', 'keys/token'],
    })
    const withKeys = await plan('', true)
    expect(pathsOf(withKeys).filter((path) => path.startsWith('keys/'))).toEqual(['keys/release.json'])
    expect(withKeys.layout.secrets.files).toEqual(['keys/dns', 'keys/raw', 'keys/token'])
  })
})
