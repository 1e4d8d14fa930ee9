import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../packages/cli/dist/config/schema.js'
import { DEVELOPMENT_ACCOUNTS } from '../../packages/cli/dist/demo/development-accounts.js'
import { openServers } from '../../packages/cli/dist/wiring/open-servers.js'
import { reservePort } from '../../packages/core/dist/node/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const OTHER = 'auditorsec.com'

describe('domainsync register', { timeout: 60_000 }, () => {
  let world: PublishWorld
  let stack: AsyncDisposableStack
  let port: number

  beforeAll(async () => {
    world = await openPublishWorld()
    stack = new AsyncDisposableStack()
    port = await reservePort()
    const config = await world.configWith('announced', announced)
    const { signal } = new AbortController()
    stack.use(await openServers(config, { names: ['local'], signal, onEvent: () => {} }))
  })
  afterAll(async () => {
    await stack?.disposeAsync()
    await world?.[Symbol.asyncDispose]()
  })

  /** A second domain, of which the DNS server of the world knows nothing. */
  function other({ domains, keys }: Config) {
    keys!.registrar = keys!.owner
    domains[OTHER] = { ...domains[DOMAIN]!, url: `http://${OTHER}.localhost:1` }
  }

  /** The same, and a DNS server that has its record. */
  function announced(config: Config) {
    other(config)
    Object.assign(config.dns.local!, { server: `127.0.0.1:${port}`, path: 'state/other-zones.json' })
    config.dns.resolvers = [`127.0.0.1:${port}`]
  }

  async function register(config: string, ...args: string[]) {
    const before = await transactions()
    const end = await runCli(['register', OTHER, ...args], { config })
    return { ...end, sent: (await transactions()) - before }
  }

  async function transactions(): Promise<number> {
    const counts = Object.values(DEVELOPMENT_ACCOUNTS).map(({ address }) =>
      world.chain.request('eth_getTransactionCount', [address, 'latest']),
    )
    return (await Promise.all(counts)).reduce<number>((sum, count) => sum + Number(count), 0)
  }

  it('looks with --dry-run: who does not see the record, and what else is missing', async () => {
    const { file } = await world.configWith('silent', (config) => {
      other(config)
      config.dns.resolvers!.push('127.0.0.1:9')
      config.keys!.registrar = config.keys!.healer
    })
    const dry = await register(file, '--dry-run')
    expect(dry).toMatchObject({ code: 2, sent: 0 })
    expect(dry.json).toMatchObject({
      schema: 'domainsync.register/1',
      outcome: 'blocked',
      record: { name: `_domainsync.${OTHER}`, seenBy: [] },
      registrars: { required: 1, known: [] },
      missing: [expect.stringContaining('127.0.0.1:9 (DNS_'), expect.stringContaining('is no registrar of 0x')],
    })
    const real = await register(file)
    expect(real).toMatchObject({ code: 2, sent: 0, json: { error: { code: 'CHALLENGE_MISSING' } } })
    expect((real.json.error as { message: string }).message).toContain('127.0.0.1:9 (DNS_')
  })

  it('says of an attestation that the registry would refuse what is wrong with it', async () => {
    const { file } = await world.configWith('stranger', (config) => {
      announced(config)
      config.keys!.registrar = config.keys!.healer
    })
    expect(await register(file)).toMatchObject({
      code: 1,
      sent: 0,
      json: {
        error: {
          code: 'BAD_ATTESTATION',
          message: expect.stringContaining(`by ${DEVELOPMENT_ACCOUNTS.healer.address}, who is no registrar`),
          next: expect.stringContaining('--registrars'),
        },
      },
    })
  })

  it('says that the owner cannot pay', async () => {
    const { file } = await world.configWith('announced', announced)
    const { address } = DEVELOPMENT_ACCOUNTS.owner
    const balance = await world.chain.request('eth_getBalance', [address, 'latest'])
    const set = `${world.chain.kind}_setBalance`
    await world.chain.request(set, [address, '0x1'])
    try {
      const { code, json } = await register(file, '--dry-run')
      expect({ code, ...json }).toMatchObject({
        code: 2,
        missing: [expect.stringContaining('0.000000000000000001 ETH')],
      })
    } finally {
      await world.chain.request(set, [address, balance])
    }
  })

  it('registers once: planned, done, and from then on unchanged', async () => {
    const { file } = await world.configWith('announced', announced)
    expect(await register(file, '--dry-run')).toMatchObject({
      code: 0,
      sent: 0,
      json: { outcome: 'planned', missing: [] },
    })
    expect(await register(file)).toMatchObject({ code: 0, sent: 1, json: { outcome: 'registered' } })
    expect(await register(file)).toMatchObject({ code: 0, sent: 0, json: { outcome: 'unchanged' } })
    expect(await register(file, '--dry-run')).toMatchObject({ code: 0, sent: 0, json: { outcome: 'unchanged' } })
  })

  it('refuses a name that belongs to another', async () => {
    const { file } = await world.configWith('thief', (config) => {
      announced(config)
      config.keys!.owner = config.keys!.healer
    })
    for (const args of [[], ['--dry-run']])
      expect(await register(file, ...args)).toMatchObject({
        code: 1,
        sent: 0,
        json: { error: { code: 'REGISTERED_TO_ANOTHER' } },
      })
  })
})
