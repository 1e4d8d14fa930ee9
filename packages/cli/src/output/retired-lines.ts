import { providerRetired } from '@domainsync/ipfs-mirror'
import { isRetired } from '../config/provider-schema.ts'
import type { ResolvedConfig } from '../config/schema.ts'

/** One line for each provider of the configuration that has ended, and so gets nothing. */
export function retiredLines({ providers }: Pick<ResolvedConfig, 'providers'>): string[] {
  return Object.entries(providers).flatMap(([name, provider]) => {
    if (!isRetired(provider)) return []
    const { code, message, next } = providerRetired(name, provider.kind)
    return [`${code} ${message} Then: ${next}`]
  })
}
