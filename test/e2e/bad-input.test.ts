import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Config } from '../../packages/cli/dist/config/schema.js'
import { DEVELOPMENT_ACCOUNTS } from '../../packages/cli/dist/demo/development-accounts.js'
import { folderDigest } from '../support/folder-digest.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

/** Loads the file as it is: what is wrong in it must come out of the command, not out of the test. */
async function writeConfig(world: PublishWorld, change: (config: Config) => void): Promise<string> {
  const file = join(world.folder, 'bad.config.ts')
  const config = structuredClone((await import(world.config.file)).default) as Config
  change(config)
  await writeFile(file, `export default ${JSON.stringify(config)}\n`)
  return file
}

interface Refusal {
  readonly code: string
  /** The fix, in the sentence or as the next command. */
  readonly fix: RegExp
  /** The files had to be imported to find out: their blocks may lie in the publisher's own store, which nobody reads. */
  readonly imports?: boolean
}

describe('bad input', { timeout: 60_000 }, () => {
  let world: PublishWorld
  beforeAll(async () => {
    world = await openPublishWorld()
    await world.writeSite({ 'index.html': 'first' })
    const { code, stderr } = await runCli(['publish', DOMAIN], { config: world.config.file })
    expect({ code, stderr }).toMatchObject({ code: 0 })
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  /** Exit 1, one sentence with the code and the fix, and nothing written. */
  async function expectRefused(args: readonly string[], { code, fix, imports }: Refusal, config = world.config.file) {
    const state = join(world.folder, 'state')
    const look = async () => ({
      ...(await world.outside()),
      state: await folderDigest(state, { except: imports ? /publisher\/(blocks\/|.*import-cache$)/ : undefined }),
    })
    const before = await look()
    const end = await runCli(args, { config, cwd: world.folder })
    expect(end.code).toBe(1)
    expect(end.json).toMatchObject({ schema: 'domainsync.error/1', error: { code } })
    const { message, next } = end.json.error as { message: string; next?: string }
    expect(message).toMatch(/^[^\n]+[.?]$/)
    expect(`${message} ${next ?? ''}`).toMatch(fix)
    expect(end.stderr.split('\n')[0]).toBe(`${code} ${message}`)
    expect(end.stderr).not.toMatch(/^\s+at /m)
    expect(await look()).toEqual(before)
  }

  describe('in the site', () => {
    const folder = () => join(world.folder, 'bad-site')
    beforeAll(async () => {
      await rm(folder(), { recursive: true, force: true })
      await mkdir(folder())
    })

    const sites: Record<string, { prepare: () => Promise<unknown>; refusal: Refusal }> = {
      'a folder that is missing': {
        prepare: () => rm(folder(), { recursive: true }),
        refusal: { code: 'SITE_MISSING', fix: /build the site/ },
      },
      'a folder without a file': {
        prepare: () => mkdir(join(folder(), 'empty'), { recursive: true }),
        refusal: { code: 'SITE_EMPTY', fix: /build the site/ },
      },
      'a symbolic link': {
        prepare: () => symlink('/etc/passwd', join(folder(), 'link')),
        refusal: { code: 'SITE_SYMLINK', fix: /put the file itself in its place/ },
      },
      'an .env file': {
        prepare: () => writeFile(join(folder(), '.env'), 'SECRET=1'),
        refusal: { code: 'SITE_ENV_FILE', fix: /move it out of the site/ },
      },
      'an .env file of one environment': {
        prepare: () => writeFile(join(folder(), '.env.production'), 'SECRET=1'),
        refusal: { code: 'SITE_ENV_FILE', fix: /move it out of the site/ },
      },
      'the history of the source': {
        prepare: () => mkdir(join(folder(), '.git')),
        refusal: { code: 'SITE_GIT', fix: /publish the built folder/ },
      },
      "DomainSync's own folder": {
        prepare: () => mkdir(join(folder(), '.well-known/domainsync'), { recursive: true }),
        refusal: { code: 'SITE_RESERVED_PATH', fix: /remove it from the site/ },
      },
      'a page that fails its check': {
        prepare: () => writeFile(join(folder(), 'other.html'), 'no index'),
        refusal: { code: 'CHECKS_FAILED', fix: /mend the site/, imports: true },
      },
    }
    for (const [what, { prepare, refusal }] of Object.entries(sites)) {
      it(`is refused: ${what}`, async () => {
        await rm(folder(), { recursive: true, force: true })
        await mkdir(folder())
        if (refusal.code !== 'SITE_EMPTY' && refusal.code !== 'CHECKS_FAILED') {
          await writeFile(join(folder(), 'index.html'), 'a page')
        }
        await prepare()
        await expectRefused(['publish', DOMAIN, '--from', folder()], refusal)
      })
    }

    it('is refused: a file in place of the folder', async () => {
      const file = join(world.folder, 'bad.config.ts')
      await writeFile(file, '')
      await expectRefused(['publish', DOMAIN, '--from', file], { code: 'SITE_NOT_A_FOLDER', fix: /name the one/ })
    })
  })

  describe('in the name', () => {
    const names: Record<string, Refusal> = {
      'a..b': { code: 'NAME_INVALID', fix: /two dots in a row/ },
      '.example.com': { code: 'NAME_INVALID', fix: /at the start/ },
      '0x7f.1': { code: 'NAME_IS_IP', fix: /like "example.com"/ },
      '127.0.0.1': { code: 'NAME_IS_IP', fix: /like "example.com"/ },
      localhost: { code: 'NAME_INVALID', fix: /like "example.com"/ },
      'https://bbbhhai.com/': { code: 'NAME_INVALID', fix: /leave out "https:\/\/"/ },
      'bbb hhai.com': { code: 'NAME_INVALID', fix: /letters, digits and hyphens/ },
      // Unicode is written as the registry has it, which is a name that nobody configured.
      'bücher.example': { code: 'CONFIG_INVALID', fix: /domains\."xn--bcher-kva\.example" is missing/ },
      'other.example': { code: 'CONFIG_INVALID', fix: /domains\."other\.example" is missing/ },
    }
    for (const [name, refusal] of Object.entries(names)) {
      for (const command of ['publish', 'register']) {
        // `register` takes any name, so only what is no name is refused there.
        if (command === 'register' && refusal.code === 'CONFIG_INVALID') continue
        it(`is refused: ${command} ${name}`, () => expectRefused([command, name], refusal))
      }
    }

    it('is the same name in upper case', async () => {
      const { code, json } = await runCli(['publish', 'BBBHHAI.com.'], { config: world.config.file })
      expect({ code, ...json }).toMatchObject({ code: 0, domain: DOMAIN, outcome: 'unchanged' })
    })
  })

  describe('in the configuration', () => {
    const configs: Record<string, { change: (config: Config) => void; refusal: Refusal }> = {
      'an unknown key': {
        change: ({ domains }) => Object.assign(domains[DOMAIN]!, { chekcs: [] }),
        refusal: {
          code: 'CONFIG_INVALID',
          fix: /domains\."bbbhhai\.com"\.chekcs: unknown key, did you mean "checks"\?/,
        },
      },
      'one node under two names': {
        change: ({ providers }) => {
          const [first] = Object.values(providers)
          providers.again = { ...first!, failureDomain: 'elsewhere' } as typeof first & object
        },
        refusal: { code: 'CONFIG_INVALID', fix: /providers\."again": this is the same node as "node-1"/ },
      },
      'one account under two names': {
        change: ({ providers }) => {
          vi.stubEnv('DOMAINSYNC_TEST_TOKEN', 'the token of this account')
          for (const name of ['left', 'right']) {
            providers[name] = { kind: 'pinata', token: { env: 'DOMAINSYNC_TEST_TOKEN' }, failureDomain: name }
          }
        },
        refusal: { code: 'CONFIG_INVALID', fix: /providers\."right": this is the same account as "left"/ },
      },
      'a name in upper case': {
        change: (config) => rename(config, 'BBBHHAI.com'),
        refusal: { code: 'CONFIG_INVALID', fix: /write the name as "bbbhhai\.com"/ },
      },
      'a name in Unicode': {
        change: (config) => rename(config, 'bücher.example'),
        refusal: { code: 'CONFIG_INVALID', fix: /write the name as "xn--bcher-kva\.example"/ },
      },
      'a wrong passphrase': {
        change: ({ keys }) => Object.assign(keys!.release!, { passphrase: { file: 'keys/dns-key' } }),
        refusal: { code: 'KEY_PASSPHRASE_WRONG', fix: /passphrase/ },
      },
      'a secret that is not there': {
        change: ({ keys }) => Object.assign(keys!, { publisher: { env: 'NO_SUCH_VARIABLE' } }),
        refusal: { code: 'SECRET_MISSING', fix: /NO_SUCH_VARIABLE/ },
      },
      'a registry without code': {
        change: ({ network }) => Object.assign(network, { registry: `0x${'12'.repeat(20)}` }),
        refusal: { code: 'REGISTRY_NO_CODE', fix: /0x1212/ },
      },
      'another chain': {
        change: ({ network }) => Object.assign(network, { chainId: 1 }),
        refusal: { code: 'CHAIN_ID_MISMATCH', fix: /31337/ },
      },
      'a first block after the registration': {
        change: ({ network }) => Object.assign(network, { fromBlock: 1_000_000 }),
        refusal: { code: 'HISTORY_INCOMPLETE', fix: /the block of the registry's deployment/, imports: true },
      },
      'the key of another': {
        change: ({ keys }) => Object.assign(keys!, { publisher: keys!.healer }),
        refusal: { code: 'NOT_AUTHORIZED', fix: /the key here is/ },
      },
      'a signer that the registry does not name': {
        change: ({ keys }) => Object.assign(keys!, { signer: keys!.healer }),
        refusal: { code: 'KEY_MISMATCH', fix: /the key here is/ },
      },
    }
    for (const [what, { change, refusal }] of Object.entries(configs)) {
      it(`is refused: ${what}`, async () => {
        await world.writeSite({ 'index.html': 'another' })
        await expectRefused(['publish', DOMAIN], refusal, await writeConfig(world, change))
      })
    }

    it('is refused: no configuration at all', async () => {
      const missing = join(world.folder, 'missing.config.ts')
      await expectRefused(['publish', DOMAIN], { code: 'CONFIG_MISSING', fix: /domainsync init/ }, missing)
    })
  })

  it('is refused: a key without funds', async () => {
    const { address } = DEVELOPMENT_ACCOUNTS.publisher
    const balance = await world.chain.request('eth_getBalance', [address, 'latest'])
    await world.chain.request('hardhat_setBalance', [address, '0x1'])
    try {
      await world.writeSite({ 'index.html': 'another' })
      await expectRefused(['publish', DOMAIN], { code: 'KEY_NO_FUNDS', fix: /Send it \d+ wei or more/, imports: true })
    } finally {
      await world.chain.request('hardhat_setBalance', [address, balance])
    }
  })

  for (const [what, name] of [
    ['a node', 'node-1'],
    ['a DNS server', 'local'],
  ]) {
    it(`is refused: ${what} on a port that is in use`, async () => {
      const config = await writeConfig(world, ({ providers, dns }) => {
        Object.assign(providers['node-1']!, { path: 'elsewhere/node' })
        Object.assign(dns.local!, { path: 'elsewhere/zones.json' })
      })
      await expectRefused(['serve', name!], { code: 'PORT_IN_USE', fix: /choose another|stop what/i }, config)
    })
  }
})

function rename(config: Config, name: string): void {
  config.domains = { [name]: config.domains[DOMAIN]! }
}
