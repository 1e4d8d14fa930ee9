import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../support/run-cli.ts'

const WORKFLOWS = [
  'actions/domainsync/action.yml',
  'workflows/publish.yml',
  'workflows/heal.yml',
  'workflows/redeploy.yml',
]
const FILES = ['domainsync.config.ts', 'keys/node-token', 'keys/dns-key', '.gitignore']
const ALL = [...FILES, ...WORKFLOWS.map((path) => `.github/${path}`)]

describe('domainsync init', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domainsync-init-test-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const init = (...args: readonly string[]) => runCli(['init', ...args], { cwd: folder })
  const outcomes = (json: Record<string, unknown>) =>
    Object.fromEntries(
      (json.files as { path: string; outcome: string }[]).map(({ path, outcome }) => [
        path.slice(folder.length + 1),
        outcome,
      ]),
    )
  const all = (outcome: string) => Object.fromEntries(ALL.map((path) => [path, outcome]))

  it('writes configuration, secrets and workflows, and lets nobody else read a secret', async () => {
    const { code, json } = await init('bbbhhai.com')
    expect({ code, ...json }).toMatchObject({ code: 0, schema: 'domainsync.init/1', domains: ['bbbhhai.com'] })
    expect(outcomes(json)).toEqual(all('written'))
    const mode = async (path: string) => (await stat(join(folder, path))).mode & 0o777
    expect(await mode('keys')).toBe(0o700)
    expect(await mode('keys/dns-key')).toBe(0o600)
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toMatch(/^\/keys\/\*$/m)
  })

  it('writes nothing with --dry-run', async () => {
    const { code, json } = await init('bbbhhai.com', '--dry-run')
    expect({ code, ...json }).toMatchObject({ code: 0, written: false })
    expect(outcomes(json)).toEqual(all('planned'))
    expect(await readdir(folder)).toEqual([])
  })

  it('leaves what is there as it is, says so, and writes the rest', async () => {
    await init('bbbhhai.com')
    await rm(join(folder, '.github/workflows/heal.yml'))
    const kept = ALL.filter((path) => !path.endsWith('heal.yml'))
    const before = await Promise.all(kept.map((path) => readFile(join(folder, path), 'utf8')))
    const { code, json } = await init()
    expect(code).toBe(0)
    expect(outcomes(json)).toEqual({ ...all('kept'), '.github/workflows/heal.yml': 'written' })
    expect(await Promise.all(kept.map((path) => readFile(join(folder, path), 'utf8')))).toEqual(before)
  })

  it('refuses a domain that the configuration there does not have', async () => {
    await init('bbbhhai.com')
    const { code, json } = await init('bbbhhai.com', 'other.example')
    expect(code).toBe(1)
    expect(json.error).toMatchObject({ code: 'CONFIG_EXISTS', message: expect.stringContaining('other.example') })
  })

  it('writes no workflows when told so', async () => {
    await init('bbbhhai.com', '--no-workflows')
    expect((await readdir(folder)).sort()).toEqual(['.gitignore', 'domainsync.config.ts', 'keys'])
  })

  it('keeps the key of an RPC out of every file', async () => {
    await init('bbbhhai.com', '--chain-id', '1', '--rpc', 'https://a.example/v2/k3y', 'https://u:k3y@b.example')
    for (const path of ALL) expect(await readFile(join(folder, path), 'utf8'), path).not.toContain('k3y')
    expect(await readFile(join(folder, 'domainsync.config.ts'), 'utf8')).toContain(
      "[{ env: 'RPC_1' }, { env: 'RPC_2' }]",
    )
    expect(await readFile(join(folder, '.github/workflows/heal.yml'), 'utf8')).toContain('secrets.RPC_2')
  })

  it.each([
    ['--chain-id', 'mainnet'],
    ['--registry', '0x12'],
    ['--rpc', 'localhost:8545'],
  ])('refuses what is none: %s %s', async (option, value) => {
    const { code, json } = await init('bbbhhai.com', option, value)
    expect(code).toBe(1)
    expect(json.error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(option) })
    expect(await readdir(folder)).toEqual([])
  })

  it('warns of a folder where GitHub does not look for workflows', async () => {
    await mkdir(join(folder, '.git'))
    await mkdir(join(folder, 'ops'))
    const inside = await runCli(['init', 'bbbhhai.com'], { cwd: join(folder, 'ops') })
    expect(inside.json.warnings).toEqual([expect.stringContaining(`in ${folder} alone`)])
    expect((await init('bbbhhai.com')).json.warnings).toEqual([])
  })

  it('warns of a .gitignore that would let keys into a commit', async () => {
    await mkdir(join(folder, 'keys'))
    await writeFile(join(folder, '.gitignore'), '/state\nnode_modules\n')
    const { json } = await init('bbbhhai.com')
    expect(json.warnings).toEqual(['.gitignore does not name keys/, backups/, .domainsync/.'])
  })
})
