import { deploymentBlock } from '@domainsync/bindings'
import type { DomainName } from '@domainsync/core'
import { type RpcSource, rpcSource } from './rpc-source.ts'

/** What `init` was told. */
export interface InitChoices {
  readonly domains: readonly DomainName[]
  readonly chainId: number
  readonly registry: string
  readonly rpcUrls: readonly string[]
}

/** Random secrets that the configuration names, in the folder `keys` beside it. */
export const GENERATED_SECRETS = ['node-token', 'dns-key'] as const

/** The text of a `domainsync.config.ts` that runs on one machine as it stands, and says what to change for more. */
export function renderConfig({ domains, chainId, registry, rpcUrls }: InitChoices): string {
  return `import type { Config } from 'domainsync'

// What a page must answer: asked before a publish on a preview, and by the agent where readers ask.
const healthy = [{ path: '/', status: 200, contains: '<title>' }]

export default {
  network: {
    chainId: ${chainId},
    // "npm run hardhat -- deploy --network <name>" prints it, and its block.
    registry: '${registry}',
    // The block that it was deployed in: what happened is read from there on.
    fromBlock: ${deploymentBlock({ chainId, registry }) ?? 0},
    // One RPC proves little. Three operators and a quorum of two outvote one that lies.
    rpcUrls: [${rpcUrls.map(rpcSource).map(literal).join(', ')}],
    quorum: ${Math.floor(rpcUrls.length / 2) + 1},
  },
  // "domainsync keys new" makes these files; their passphrase comes from the environment.
  keys: {
${['owner', 'guardian', 'publisher', 'signer', 'healer', 'registrar'].map((role) => `    ${role}: { file: 'keys/${role}.json', passphrase: { env: 'DOMAINSYNC_PASSPHRASE' } },`).join('\n')}
    release: { file: 'keys/release.json', passphrase: { env: 'DOMAINSYNC_PASSPHRASE' } },
  },
  // Copies on one machine are a trial: put each on its own machine, or use kind "kubo", and set trial to false.
  providers: {
${[1, 2, 3].map((n) => `    'node-${n}': {\n      kind: 'embedded',\n      path: 'state/node-${n}',\n      url: 'http://127.0.0.1:${8080 + n}',\n      token: { file: 'keys/node-token' },\n      failureDomain: 'this-machine',\n    },`).join('\n')}
  },
  replication: { need: 2, trial: true },
  dns: {
    // Runs inside "domainsync serve". For BIND, Knot or PowerDNS: kind "rfc2136", and no path.
    local: {
      kind: 'embedded',
      server: '127.0.0.1:5300',
      key: { name: 'domainsync', secret: { file: 'keys/dns-key' } },
      path: 'state/zone.json',
      ttlSeconds: 30,
    },
    resolvers: ['127.0.0.1:5300'],
    quorum: 1,
  },
  domains: {
${domains.map((name) => `    '${name}': { site: 'sites/${name}', url: 'http://${name}.localhost:8081', dns: 'local', checks: healthy },`).join('\n')}
  },
  agent: { store: { kind: 'sqlite', path: 'state/domainsync.db' } },
} satisfies Config
`
}

function literal(source: RpcSource): string {
  return typeof source === 'string' ? quoted(source) : `{ env: '${source.env}' }`
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
