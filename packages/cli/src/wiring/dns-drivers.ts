import type { DnsDriver, DomainName, Resolver } from '@domainsync/core'
import { createResolver, createRfc2136Driver } from '@domainsync/dns'
import type { LoadedConfig } from '../config/load-config.ts'
import type { DnsConfig, ResolvedConfig } from '../config/schema.ts'
import { readSecret } from '../config/secret.ts'
import { parseDnsAddress } from './dns-address.ts'

/** The driver's part of the configuration that a domain names. */
export function dnsConfigOf(domain: DomainName, values: ResolvedConfig): DnsConfig {
  return values.dns[values.domains[domain]!.dns] as DnsConfig
}

/** The driver that writes the DNSLink of a domain. */
export async function openDnsDriver(domain: DomainName, config: LoadedConfig): Promise<DnsDriver> {
  const name = config.values.domains[domain]!.dns
  const { server, zone, key, ttlSeconds } = dnsConfigOf(domain, config.values)
  return createRfc2136Driver({
    name,
    server: parseDnsAddress(server, `dns.${name}.server`),
    zone: zone ?? domain,
    key: { name: key.name, secret: await readSecret(key.secret, config, `dns.${name}.key.secret`) },
    ttlSeconds,
  })
}

/** The resolvers that stand for readers. */
export function openResolvers({ values }: LoadedConfig): Resolver[] {
  return values.dns.resolvers.map((text, index) =>
    createResolver({ ...parseDnsAddress(text, `dns.resolvers[${index}]`), name: text }),
  )
}
