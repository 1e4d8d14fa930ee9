import type { BlockSource, Replica } from '@domainsync/core'
import {
  createEmbeddedReplica,
  createFilebaseReplica,
  createFourEverlandReplica,
  createIpfsClusterReplica,
  createKuboReplica,
  createLighthouseReplica,
  createPinataReplica,
  createPsaReplica,
  createRetiredReplica,
  withRetries,
} from '@domainsync/ipfs-mirror'
import { ConfigError } from '../config/config-error.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { nearestName } from '../config/nearest-name.ts'
import { isRetired, type LiveProviderConfig } from '../config/provider-schema.ts'
import { readSecret, readText } from '../config/secret.ts'
import type { SecretSource } from '../config/secret-schema.ts'

/** A replica and its place in the configuration. */
export interface ConfiguredReplica {
  readonly replica: Replica
  readonly tier: 1 | 2
  readonly spare: boolean
}

/** Every provider of the configuration that takes releases, as a replica; nothing is asked of them yet. */
export async function openReplicas(config: LoadedConfig): Promise<ConfiguredReplica[]> {
  const live = Object.entries(config.values.providers).flatMap(([name, provider]) =>
    isRetired(provider) ? [] : [{ name, provider }],
  )
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
    provider.gatewayUrl && (await readText(provider.gatewayUrl, config, `providers."${name}".gatewayUrl`))
  return withRetries(createRetiredReplica({ name, kind: provider.kind, gatewayUrl })).source
}

async function openReplica(
  name: string,
  { provider, config }: { provider: LiveProviderConfig; config: LoadedConfig },
): Promise<Replica> {
  const place = `providers."${name}"`
  /** The values of those settings that are there. */
  const read = async <K extends string>(settings: Partial<Record<K, string | SecretSource | undefined>>) => {
    const entries = Object.entries<string | SecretSource | undefined>(settings).map(async ([key, source]) =>
      source === undefined ? [] : [[key, await readText(source, config, `${place}.${key}`)] as const],
    )
    return Object.fromEntries((await Promise.all(entries)).flat()) as Partial<Record<K, string>>
  }
  const { failureDomain } = provider
  const base = { name, failureDomain }
  if (provider.kind === 'kubo') {
    const { rpcUrl, token, origins } = provider
    const values = await read({ rpcUrl, token })
    return createKuboReplica({ ...base, origins, ...values, rpcUrl: values.rpcUrl! })
  }
  if (provider.kind === 'ipfs-cluster') {
    const { user = '', ownContentOnly, origins, url, password, rpcUrl, gatewayUrl } = provider
    const values = await read({ url, password, rpcUrl, gatewayUrl })
    const credentials = values.password === undefined ? undefined : { user, password: values.password }
    return createIpfsClusterReplica({ ...base, ...values, url: values.url!, credentials, ownContentOnly, origins })
  }
  const token = await readSecret(provider.token, config, `${place}.token`)
  if (provider.kind === 'embedded') return createEmbeddedReplica({ ...base, url: provider.url, token })
  const { url, gatewayUrl, ownContentOnly } = provider
  const known = { ...base, token, ownContentOnly, ...(await read({ url, gatewayUrl })) }
  switch (provider.kind) {
    case 'psa': {
      const { rpcUrl } = await read({ rpcUrl: provider.rpcUrl })
      return createPsaReplica({ ...known, url: known.url!, credentials: { token }, rpcUrl })
    }
    case 'pinata': {
      const { uploadUrl, gatewayToken } = provider
      return createPinataReplica({ ...known, ...(await read({ uploadUrl, gatewayToken })) })
    }
    case 'lighthouse':
      return createLighthouseReplica({ ...known, ...(await read({ uploadUrl: provider.uploadUrl })) })
    case 'filebase':
      return createFilebaseReplica(known)
    case '4everland':
      return createFourEverlandReplica(known)
  }
}
