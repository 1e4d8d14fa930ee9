import { parseDomainName } from '@domainsync/core'
import { ConfigError } from './config-error.ts'
import { describeIssues, place, suggestion } from './describe-issue.ts'
import { nearestName } from './nearest-name.ts'
import { isRetired } from './provider-schema.ts'
import { configSchema, type ResolvedConfig } from './schema.ts'

/**
 * Checks a configuration and fills in the defaults. Pure: no secret is read, no server asked.
 *
 * @throws ConfigError `CONFIG_INVALID` naming the first wrong place; an unknown key comes with the nearest known one.
 */
export function parseConfig(input: unknown): ResolvedConfig {
  const result = configSchema.safeParse(input)
  if (!result.success) throw new ConfigError('CONFIG_INVALID', describeIssues(result.error.issues, input))
  const config = result.data
  for (const [name, domain] of Object.entries(config.domains)) {
    const normal = parseDomainName(name)
    if (normal !== name) invalid(['domains', name], `write the name as "${normal}".`)
    if (!(domain.dns in config.dns) || domain.dns === 'resolvers' || domain.dns === 'quorum') {
      const meant = nearestName(domain.dns, drivers(config))
      invalid(['domains', name, 'dns'], `"${domain.dns}" is no driver under dns${suggestion(meant)}`)
    }
  }
  const providers = Object.values(config.providers).filter((one) => !isRetired(one) && !one.spare).length
  // Who only reads and mirrors has no site, and needs no provider.
  const isPublisher = Object.keys(config.domains).length > 0
  if (isPublisher && config.replication.need > providers) {
    invalid(
      ['replication', 'need'],
      `${config.replication.need} copies are needed but only ${providers === 1 ? '1 provider is' : `${providers} providers are`} there.`,
    )
  }
  if (config.network.quorum > config.network.rpcUrls.length) {
    invalid(['network', 'quorum'], `a quorum of ${config.network.quorum} needs that many rpcUrls.`)
  }
  return config
}

/** Names of the DNS drivers of a configuration. */
export function drivers({ dns }: ResolvedConfig): string[] {
  return Object.keys(dns).filter((name) => name !== 'resolvers' && name !== 'quorum')
}

function invalid(path: readonly PropertyKey[], what: string): never {
  throw new ConfigError('CONFIG_INVALID', `${place(path)}: ${what}`)
}
