import type { Replica } from '@domainsync/core'
import { createEmbeddedReplica, createIpfsClusterReplica, createKuboReplica } from '@domainsync/ipfs-mirror'
import type { LoadedConfig } from '../config/load-config.ts'
import type { ProviderConfig } from '../config/provider-schema.ts'
import { readSecret, readText } from '../config/secret.ts'

/** A replica and its place in the configuration. */
export interface ConfiguredReplica {
  readonly replica: Replica
  readonly tier: 1 | 2
  readonly spare: boolean
}

/** Every provider of the configuration as a replica; nothing is asked of them yet. */
export async function openReplicas(config: LoadedConfig): Promise<ConfiguredReplica[]> {
  return Promise.all(
    Object.entries(config.values.providers).map(async ([name, provider]) => ({
      replica: await openReplica(name, { provider, config }),
      tier: provider.tier,
      spare: provider.spare,
    })),
  )
}

async function openReplica(
  name: string,
  { provider, config }: { provider: ProviderConfig; config: LoadedConfig },
): Promise<Replica> {
  const place = `providers."${name}"`
  const { failureDomain } = provider
  switch (provider.kind) {
    case 'embedded': {
      const token = await readSecret(provider.token, config, `${place}.token`)
      return createEmbeddedReplica({ name, url: provider.url, token, failureDomain })
    }
    case 'kubo': {
      const rpcUrl = await readText(provider.rpcUrl, config, `${place}.rpcUrl`)
      const token = provider.token && (await readSecret(provider.token, config, `${place}.token`))
      return createKuboReplica({ name, rpcUrl, failureDomain, ...(token ? { token } : {}) })
    }
    case 'ipfs-cluster': {
      const url = await readText(provider.url, config, `${place}.url`)
      const rpcUrl = provider.rpcUrl && (await readText(provider.rpcUrl, config, `${place}.rpcUrl`))
      const password = provider.password && (await readSecret(provider.password, config, `${place}.password`))
      const credentials = password === undefined ? undefined : { user: provider.user ?? '', password }
      return createIpfsClusterReplica({ name, url, credentials, rpcUrl, failureDomain })
    }
  }
}
