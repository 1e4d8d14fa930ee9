import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DomainName } from '@domainsync/core'
import { generateReleaseKey } from '@domainsync/pq'
import { writeKeyFile } from '@domainsync/pq/node'
import type { Config } from '../config/schema.ts'
import { LOCAL_CHAIN_ID } from '../output/confirm.ts'
import { DEVELOPMENT_ACCOUNTS } from './development-accounts.ts'

/** A site of the demonstration. */
export interface DemoSite {
  readonly domain: DomainName
  readonly folder: string
  readonly checks: readonly { path: string; status: number; contains?: string }[]
}

export interface DemoConfigOptions {
  readonly folder: string
  readonly sites: readonly DemoSite[]
  readonly chainUrl: string
  readonly registry: string
  /** One for each node; the first also gives the sites' URLs. */
  readonly nodePorts: readonly number[]
  readonly dnsPort: number
}

/** Writes keys, tokens and the configuration of one run into its own folder; gives the configuration's path. */
export async function writeDemoConfig(options: DemoConfigOptions): Promise<string> {
  const { folder, sites, chainUrl, registry, nodePorts, dnsPort } = options
  const keys = join(folder, 'keys')
  await mkdir(keys, { recursive: true, mode: 0o700 })
  const secret = async (name: string, value: string) => {
    await writeFile(join(keys, name), value, { mode: 0o600 })
    return { file: `keys/${name}` }
  }
  const passphrase = randomBytes(24).toString('base64url')
  await writeKeyFile(join(keys, 'release.json'), { kind: 'release', secret: generateReleaseKey().seed, passphrase })
  const token = await secret('node-token', randomBytes(24).toString('base64url'))
  const network = { chainId: LOCAL_CHAIN_ID, registry, rpcUrls: [chainUrl], quorum: 1 }
  const config: Config = {
    network,
    keys: {
      owner: await secret('owner', DEVELOPMENT_ACCOUNTS.owner.key),
      publisher: await secret('publisher', DEVELOPMENT_ACCOUNTS.publisher.key),
      signer: await secret('signer', DEVELOPMENT_ACCOUNTS.signer.key),
      healer: await secret('healer', DEVELOPMENT_ACCOUNTS.healer.key),
      registrar: await secret('registrar', DEVELOPMENT_ACCOUNTS.registrar.key),
      release: { file: 'keys/release.json', passphrase: await secret('release-passphrase', passphrase) },
    },
    providers: Object.fromEntries(
      nodePorts.map((port, index) => [
        `node-${index + 1}`,
        {
          kind: 'embedded' as const,
          path: `state/node-${index + 1}`,
          url: `http://127.0.0.1:${port}`,
          token,
          failureDomain: 'this-machine',
        },
      ]),
    ),
    replication: { need: 2, trial: true },
    dns: {
      local: {
        kind: 'embedded',
        server: `127.0.0.1:${dnsPort}`,
        key: { name: 'domainsync', secret: await secret('dns-key', randomBytes(32).toString('base64')) },
        path: 'state/zones.json',
        ttlSeconds: 5,
      },
      resolvers: [`127.0.0.1:${dnsPort}`],
      quorum: 1,
    },
    domains: Object.fromEntries(
      sites.map(({ domain, folder: site, checks }) => [
        domain,
        { site, url: `http://${domain}.localhost:${nodePorts[0]}`, dns: 'local', checks: [...checks] },
      ]),
    ),
    agent: { probeEveryMs: 2_000, soakMs: 10_000 },
    serve: { refreshEveryMs: 500 },
  }
  const file = join(folder, 'domainsync.config.ts')
  const text = `import type { Config } from 'domainsync'\n\nexport default ${JSON.stringify(config, null, 2)} satisfies Config\n`
  await writeFile(file, text)
  return file
}
