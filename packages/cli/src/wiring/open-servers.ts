import { resolve } from 'node:path'
import { type Address, type DnsRecord, type DomainName, errorCode, parseDomainName } from '@domainsync/core'
import { type DnsServer, startDnsServer } from '@domainsync/dns'
import {
  connectionLimit,
  createLiveSites,
  createRegistryWatch,
  type NodeEvent,
  type RegistryWatch,
  startNode,
} from '@domainsync/ipfs-mirror'
import { bestMlDsa } from '@domainsync/pq/node'
import { ConfigError } from '../config/config-error.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { drivers } from '../config/parse-config.ts'
import type { ProviderConfig } from '../config/provider-schema.ts'
import { readAddress } from '../config/public-id.ts'
import type { DnsConfig } from '../config/schema.ts'
import { readSecret } from '../config/secret.ts'
import { announcementName, announcementText } from '../init/announcement.ts'
import { parseDnsAddress } from './dns-address.ts'
import { dnsConfigOf } from './dns-drivers.ts'
import { openNetwork } from './network-chain.ts'
import { makeStatePrivate } from './private-state.ts'
import { rpcNotices } from './rpc-notices.ts'

export interface OpenServersOptions {
  /** Names of providers and DNS drivers; empty: all of this machine. */
  readonly names: readonly string[]
  readonly signal: AbortSignal
  /** One line for a person: a damaged block, a refused update, a site that changed. */
  readonly onEvent: (line: string) => void
}

/** The servers of this machine, running. */
export interface Servers extends AsyncDisposable {
  readonly nodes: readonly { readonly name: string; readonly url: string }[]
  readonly dns: readonly { readonly name: string; readonly host: string; readonly port: number }[]
}

const ANNOUNCEMENT_TTL_S = 300

type EmbeddedDns = Extract<DnsConfig, { kind: 'embedded' }>
type EmbeddedProvider = Extract<ProviderConfig, { kind: 'embedded' }> & { readonly path: string }

/**
 * Starts the embedded nodes and DNS servers that the configuration gives a path on this machine.
 *
 * @throws ConfigError `CONFIG_INVALID` for a name that is none of them; DomainSyncError `PORT_IN_USE` …
 */
export async function openServers(config: LoadedConfig, options: OpenServersOptions): Promise<Servers> {
  const providers = Object.entries(config.values.providers).filter(isEmbedded)
  const dnsNames = drivers(config.values).filter((name) => embeddedDns(name, config) !== undefined)
  const known = [...providers.map(([name]) => name), ...dnsNames]
  const wanted = options.names.length > 0 ? options.names : known
  const stranger = wanted.find((name) => !known.includes(name))
  if (stranger !== undefined || wanted.length === 0) {
    throw new ConfigError(
      'CONFIG_INVALID',
      `${stranger ?? 'Nothing'} is an embedded server with a path here; there are: ${known.join(', ') || 'none'}.`,
    )
  }
  await makeStatePrivate(config)
  await using stack = new AsyncDisposableStack()
  const nodes: { name: string; url: string }[] = []
  const here = providers.filter(([name]) => wanted.includes(name))
  const watch = here.length > 0 ? await openWatch(config, options) : undefined
  const maxConnections = connectionLimit(here.length)
  for (const [name, provider] of here) {
    nodes.push(await openNode(name, { provider, config, stack, watch: watch!, maxConnections, ...options }))
  }
  // What ends first was begun last: nobody looks at the chain for nodes that are gone.
  if (watch !== undefined) stack.use(watch.run(options.signal))
  const dns: { name: string; host: string; port: number }[] = []
  for (const name of dnsNames.filter((name) => wanted.includes(name))) {
    const server = await openDns(name, { config, ...options })
    stack.defer(() => server.close())
    dns.push({ name, host: server.host, port: server.port })
  }
  const owned = stack.move()
  return { nodes, dns, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function isEmbedded(entry: [string, ProviderConfig]): entry is [string, EmbeddedProvider] {
  return entry[1].kind === 'embedded' && entry[1].path !== undefined
}

function embeddedDns(name: string, { values }: LoadedConfig): EmbeddedDns | undefined {
  const driver = values.dns[name] as DnsConfig
  return driver.kind === 'embedded' ? driver : undefined
}

type Opening = OpenServersOptions & { readonly config: LoadedConfig }

/** What the registry says of the configured domains, for all nodes here. */
async function openWatch(config: LoadedConfig, { onEvent }: OpenServersOptions): Promise<RegistryWatch> {
  const network = await openNetwork(config, rpcNotices(onEvent))
  return createRegistryWatch({
    ...network,
    domains: Object.keys(config.values.domains).map(parseDomainName),
    refreshEveryMs: config.values.serve.refreshEveryMs,
    onEvent,
  })
}

interface NodeParts extends Opening {
  readonly provider: EmbeddedProvider
  readonly watch: RegistryWatch
  readonly stack: AsyncDisposableStack
  readonly maxConnections: number
}

/** A node, and the sites that it serves as the registry says. */
async function openNode(
  name: string,
  { provider, config, watch, stack, maxConnections, onEvent, signal }: NodeParts,
): Promise<{ name: string; url: string }> {
  const { network, serve } = config.values
  const sites = createLiveSites({
    chainId: network.chainId,
    registry: network.registry.toLowerCase() as Address,
    watch,
    maxStaleMs: serve.maxStaleMs,
    verifyMlDsa: bestMlDsa().verify,
    onEvent: (event) => onEvent(`${name}: ${event}`),
  })
  const { hostname, port } = new URL(provider.url)
  const node = await startNode({
    path: resolve(config.folder, provider.path),
    host: hostname,
    port: Number(port),
    token: await readSecret(provider.token, config, `providers."${name}".token`),
    sites: sites.resolve,
    onHint: (root, hint) => watch.hint(root, hint),
    maxConnections,
    onEvent: (event) => onEvent(`${name}: ${nodeEventText(event)}`),
  })
  stack.defer(() => node.close())
  stack.use(sites.follow(node.store, signal))
  return { name, url: node.url }
}

function nodeEventText(event: NodeEvent): string {
  switch (event.kind) {
    case 'stored':
    case 'removed':
      return `${event.kind} ${event.root}`
    case 'refused':
      return `refused an upload: ${event.code}`
    case 'block':
      return `${event.code} ${event.cid}`
    case 'failed':
      return `a request failed: ${event.code}`
    case 'compacted':
      return `freed ${Math.round(event.freedBytes / 1e6)} MB of its disk`
    case 'compaction-failed':
      return `could not free its disk: ${errorCode(event.error)}`
    case 'index-unsaved':
      return `could not save the index of its blocks: ${errorCode(event.error)}`
  }
}

async function openDns(name: string, { config, onEvent }: Opening): Promise<DnsServer> {
  const driver = embeddedDns(name, config)!
  const place = `dns.${name}`
  const domains = Object.keys(config.values.domains)
    .map(parseDomainName)
    .filter((domain) => dnsConfigOf(domain, config.values) === driver)
  const announced = await announcements(domains, { config, onEvent: (line) => onEvent(`${name}: ${line}`) })
  return startDnsServer({
    ...parseDnsAddress(driver.server, `${place}.server`),
    zones: zonesOf(domains, [...driver.records, ...announced]),
    keys: [
      {
        name: driver.key.name,
        secret: await readSecret(driver.key.secret, config, `${place}.key.secret`),
        names: domains.map((domain) => `_dnslink.${domain}`),
      },
    ],
    path: resolve(config.folder, driver.path),
    onEvent: (event) => {
      if (event.kind === 'refused') onEvent(`${name}: refused an update of ${event.zone}: ${event.reason}`)
      if (event.kind === 'error') onEvent(`${name}: ${(event.error as Error).message}`)
    },
  })
}

/** What a registrar asks for, when this machine knows who the owner is. */
async function announcements(
  domains: readonly DomainName[],
  { config, onEvent }: { config: LoadedConfig; onEvent: (line: string) => void },
): Promise<DnsRecord[]> {
  const { chainId, registry } = config.values.network
  try {
    const owner = await readAddress('owner', config)
    const data = announcementText({ chainId, registry: registry as Address, owner })
    return domains.map((domain) => ({
      name: announcementName(domain),
      type: 'TXT',
      ttlSeconds: ANNOUNCEMENT_TTL_S,
      data,
    }))
  } catch (error) {
    onEvent(`does not announce the registry: the owner's key is not here (${errorCode(error)})`)
    return []
  }
}

/** Each domain is a zone of its own. */
function zonesOf(domains: readonly DomainName[], records: readonly DnsRecord[]) {
  return domains.map((name) => ({
    name,
    records: records.filter((record) => `.${record.name}`.endsWith(`.${name}`)),
  }))
}
