import { describe, expect, it } from 'vitest'
import { parseConfig } from './parse-config.ts'

const valid = () => ({
  network: { chainId: 31337, registry: `0x${'1'.repeat(40)}`, rpcUrls: ['http://127.0.0.1:8545'], quorum: 1 },
  providers: {
    'node-1': { kind: 'embedded', url: 'http://127.0.0.1:8081', token: { env: 'T' }, failureDomain: 'here' },
    'node-2': { kind: 'kubo', rpcUrl: 'http://127.0.0.1:5001', failureDomain: 'there' },
  },
  replication: { need: 2 },
  dns: { local: { kind: 'rfc2136', server: '127.0.0.1:53', key: { name: 'k', secret: { env: 'S' } } } },
  domains: { 'bbbhhai.com': { url: 'https://bbbhhai.com', dns: 'local', checks: [{ path: '/' }] } },
})

function message(edit: (config: ReturnType<typeof valid>) => void): string {
  const config = valid()
  edit(config)
  try {
    parseConfig(config)
    return 'accepted'
  } catch (error) {
    const { code, message: text } = error as Error & { code: string }
    return `${code} ${text}`
  }
}

/** Lets a test write what the types forbid. */
const loose = (value: object) => value as Record<string, unknown>

describe('parseConfig', () => {
  it('fills in the defaults', () => {
    const config = parseConfig(valid())
    expect(config.agent).toEqual({
      store: { kind: 'sqlite', path: 'state/domainsync.db' },
      probeEveryMs: 30_000,
      maxRepairsPerHour: 6,
      soakMs: 600_000,
    })
    expect(config.domains['bbbhhai.com']!.checks).toEqual([{ path: '/', status: 200 }])
  })

  it('knows every kind of provider, and that a vendor is a failure domain of its own', () => {
    const config = valid()
    const token = { env: 'T' }
    Object.assign(config.providers, {
      cluster: { kind: 'ipfs-cluster', url: 'http://127.0.0.1:9094', user: 'u', password: token, failureDomain: 'c' },
      service: { kind: 'psa', url: 'https://pins.example', token, gatewayUrl: token, failureDomain: 's' },
      ...Object.fromEntries(['pinata', 'filebase', '4everland', 'lighthouse'].map((kind) => [kind, { kind, token }])),
      old: { kind: 'nft.storage' },
      older: { kind: 'web3.storage', gatewayUrl: 'https://gateway.example' },
    })
    config.replication.need = 8
    const { providers } = parseConfig(config)
    expect(Object.keys(providers)).toHaveLength(10)
    expect(providers.pinata).toMatchObject({ tier: 2, failureDomain: 'pinata', ownContentOnly: false, spare: false })
    // The retired are no copies.
    config.replication.need = 9
    expect(() => parseConfig(config)).toThrow('9 copies are needed but only 8 providers are there.')
  })

  it.each<[string, (config: ReturnType<typeof valid>) => void, string]>([
    [
      'a misspelt key of a domain',
      (c) => {
        loose(c.domains['bbbhhai.com']).chekcs = []
      },
      'CONFIG_INVALID domains."bbbhhai.com".chekcs: unknown key, did you mean "checks"?',
    ],
    [
      'a misspelt key at the top',
      (c) => {
        loose(c).netwrok = {}
      },
      'CONFIG_INVALID netwrok: unknown key, did you mean "network"?',
    ],
    [
      'a misspelt key of a vendor',
      (c) => {
        loose(c.providers).filebase = { kind: 'filebase', token: { env: 'T' }, gatewayurl: 'https://x.example' }
      },
      'CONFIG_INVALID providers.filebase.gatewayurl: unknown key, did you mean "gatewayUrl"?',
    ],
    [
      'a vendor without its token',
      (c) => {
        loose(c.providers).filebase = { kind: 'filebase', token: 'in plain sight' }
      },
      'CONFIG_INVALID providers.filebase.token: a secret is { env: "NAME" } or { file: "path" }.',
    ],
    [
      'an origin without a peer',
      (c) => {
        loose(c.providers['node-2']).origins = ['/ip4/192.0.2.1/tcp/4001']
      },
      'CONFIG_INVALID providers."node-2".origins[0]: an origin is a multiaddress that ends in /p2p/<peer id>.',
    ],
    [
      'a misspelt key of a provider',
      (c) => {
        loose(c.providers['node-1']).failuredomain = 'x'
      },
      'CONFIG_INVALID providers."node-1".failuredomain: unknown key, did you mean "failureDomain"?',
    ],
    [
      'a misspelt key that has to be there',
      (c) => {
        loose(c.providers)['node-2'] = { kind: 'kubo', rpcURL: 'http://127.0.0.1:5001', failureDomain: 'there' }
      },
      'CONFIG_INVALID providers."node-2".rpcURL: unknown key, did you mean "rpcUrl"?',
    ],
    [
      'a provider without its address',
      (c) => {
        loose(c.providers)['node-2'] = { kind: 'kubo', failureDomain: 'there' }
      },
      'CONFIG_INVALID providers."node-2".rpcUrl is missing: an address is a text such as http://127.0.0.1:5001, or a secret: { env: "NAME" } or { file: "path" }.',
    ],
    [
      'a token of a provider that has ended',
      (c) => {
        loose(c.providers).old = { kind: 'web3.storage', token: { env: 'T' } }
      },
      'CONFIG_INVALID providers.old.token: unknown key; web3.storage has ended and takes no more releases, so that beside kind it has only gatewayUrl, where what is left is read.',
    ],
    [
      'a misspelt kind',
      (c) => {
        c.providers['node-2'].kind = 'kubbo'
      },
      'CONFIG_INVALID providers."node-2".kind: unknown kind "kubbo", did you mean "kubo"?',
    ],
    [
      'a kind like nothing known',
      (c) => {
        c.dns.local.kind = 'cloud'
      },
      'CONFIG_INVALID dns.local.kind: unknown kind "cloud"; there are rfc2136, embedded.',
    ],
    [
      'a provider without its kind',
      (c) => {
        loose(c.providers)['node-2'] = { rpcUrl: 'http://127.0.0.1:5001', failureDomain: 'there' }
      },
      'CONFIG_INVALID providers."node-2".kind is missing: one of embedded, kubo, ipfs-cluster, psa, pinata, filebase, 4everland, lighthouse, nft.storage, web3.storage.',
    ],
    [
      'an address without http',
      (c) => {
        c.providers['node-2'].rpcUrl = '127.0.0.1:5001'
      },
      'CONFIG_INVALID providers."node-2".rpcUrl: this is no http address; write http://127.0.0.1:5001.',
    ],
    [
      'a key like nothing known',
      (c) => {
        loose(c.network).zzzzzz = 1
      },
      'CONFIG_INVALID network.zzzzzz: unknown key.',
    ],
    [
      'a domain that names no driver',
      (c) => {
        c.domains['bbbhhai.com'].dns = 'lokal'
      },
      'CONFIG_INVALID domains."bbbhhai.com".dns: "lokal" is no driver under dns, did you mean "local"?',
    ],
    [
      'more copies than providers',
      (c) => {
        c.replication.need = 3
      },
      'CONFIG_INVALID replication.need: 3 copies are needed but only 2 providers are there.',
    ],
    [
      'a quorum that cannot be had',
      (c) => {
        c.network.quorum = 2
      },
      'CONFIG_INVALID network.quorum: a quorum of 2 needs that many rpcUrls.',
    ],
    [
      'an address that is none',
      (c) => {
        c.network.registry = '0x12'
      },
      'CONFIG_INVALID network.registry: an address is 0x and 40 hex digits.',
    ],
    [
      'an upper-case name',
      (c) => {
        loose(c.domains)['BBBhhai.com'] = c.domains['bbbhhai.com']
      },
      'CONFIG_INVALID domains."BBBhhai.com": write the name as "bbbhhai.com".',
    ],
    [
      'a hostile name',
      (c) => {
        loose(c.domains)['a..b'] = c.domains['bbbhhai.com']
      },
      'NAME_INVALID "a..b" is not a domain name; it has an empty label (two dots in a row, or one at the start).',
    ],
  ])('refuses %s', (_, edit, expected) => expect(message(edit)).toBe(expected))
})
