import type { ProviderConfig } from '../config/provider-schema.ts'

/** Browsers take every name under `localhost` to this machine, so each site has an origin of its own. */
export function siteUrl(domain: string, nodeUrl: string): string {
  const url = new URL(nodeUrl)
  url.hostname = `${domain}.localhost`
  return url.href
}

/** Where nodes of this machine serve a site that these providers hold. */
export function localSiteUrls(
  domain: string,
  { providers, holders }: { providers: Readonly<Record<string, ProviderConfig>>; holders: readonly string[] },
): string[] {
  return holders.flatMap((name) => {
    const provider = providers[name]
    return provider?.kind === 'embedded' && provider.path !== undefined ? [siteUrl(domain, provider.url)] : []
  })
}
