import type { BlockSource, Replica } from '@domainsync/core'
import { createRetiredReplica, withRetries } from '@domainsync/ipfs-mirror'
import { ConfigError } from '../config/config-error.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { nearestName } from '../config/nearest-name.ts'
import { isRetired } from '../config/provider-schema.ts'
import { readHttpAddress } from '../config/secret.ts'
import { openReplica } from './open-replica.ts'
import { requireDistinctAccounts } from './require-distinct-accounts.ts'

/** A replica and its place in the configuration. */
export interface ConfiguredReplica {
  readonly replica: Replica
  readonly tier: 1 | 2
  readonly spare: boolean
}

/** Every provider of the configuration that takes releases, as a replica; nothing is asked of them yet. No two are one. */
export async function openReplicas(config: LoadedConfig): Promise<ConfiguredReplica[]> {
  const live = Object.entries(config.values.providers).flatMap(([name, provider]) =>
    isRetired(provider) ? [] : [{ name, provider }],
  )
  await requireDistinctAccounts(live, config)
  return Promise.all(
    live.map(async ({ name, provider }) => ({
      replica: withRetries(await openReplica(name, { provider, config })),
      tier: provider.tier,
      spare: provider.spare,
    })),
  )
}

/** Where the blocks of any configured provider are read, a retired one too. */
export async function openProviderSource(name: string, config: LoadedConfig): Promise<BlockSource> {
  const provider = config.values.providers[name]
  if (provider === undefined) {
    const names = Object.keys(config.values.providers)
    const meant = nearestName(name, names)
    throw new ConfigError(
      'CONFIG_INVALID',
      `providers."${name}" is missing in the configuration${meant === undefined ? `; there are ${names.join(', ')}.` : `; did you mean "${meant}"?`}`,
    )
  }
  if (!isRetired(provider)) return withRetries(await openReplica(name, { provider, config })).source
  const gatewayUrl =
    provider.gatewayUrl && (await readHttpAddress(provider.gatewayUrl, config, `providers."${name}".gatewayUrl`))
  return withRetries(createRetiredReplica({ name, kind: provider.kind, gatewayUrl })).source
}
