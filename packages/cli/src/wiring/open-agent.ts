import { type CallOptions, parseDomainName } from '@domainsync/core'
import {
  type Agent,
  type AgentDomain,
  type AgentPorts,
  type AgentSettings,
  createAgent,
  createAgentTools,
  createGatewayPreview,
  createWebhookNotifier,
  type NotifierRoute,
  type Preview,
} from '@domainsync/healing-agent'
import { MIN_FAILURE_DOMAINS } from '@domainsync/ipfs-mirror'
import { openSqliteStore, type Progress, type Store, systemClock } from '@domainsync/journal'
import { bestMlDsa } from '@domainsync/pq/node'
import { createGateway, createTransactor } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { readAccount } from '../config/account.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { readAddress } from '../config/public-id.ts'
import { readHttpAddress } from '../config/secret.ts'
import { openDnsDriver, openResolvers } from './dns-drivers.ts'
import { createLocalFetch } from './local-fetch.ts'
import { confirmationsOf, openNetwork } from './network-chain.ts'
import { gatewayUrls } from './open-client.ts'
import { makeStatePrivate } from './private-state.ts'
import { openPublishRequests } from './publish-requests.ts'
import { openReplicas } from './replicas.ts'
import { rpcNotices } from './rpc-notices.ts'
import { stateFolder } from './state-folder.ts'

export interface OpenAgentOptions {
  /** One line for a person: a liar, a notifier that does not answer. */
  readonly onEvent: (line: string) => void
  /** More notifiers than the configured ones. */
  readonly notifiers?: readonly NotifierRoute[]
  readonly settings?: Partial<AgentSettings>
  /** Only look: the healer's key is not opened. */
  readonly lookOnly?: boolean
  /** Interrupts a publish that the agent asked for. */
  readonly signal?: AbortSignal
  /** Told at every point of an operation on chain. */
  readonly onProgress?: (progress: Progress) => void
}

/** An agent that owns its store: `await using` waits for a publish that it asked for, and closes it. */
export type OwnedAgent = Agent & AsyncDisposable

/**
 * Builds the agent of a configuration. Without a healer key it watches, repairs copies and DNS, and pages. With the publisher's
 * key, a signed release that DNS names first is published from here.
 */
export async function openAgent(config: LoadedConfig, options: OpenAgentOptions): Promise<OwnedAgent> {
  const { ports, domains } = await openAgentPorts(config, options)
  const { agent, network, keys } = config.values
  await using stack = new AsyncDisposableStack()
  stack.use(ports.store)
  const publishRequests = keys.publisher && stack.use(openPublishRequests(config, options))
  const made = createAgent({
    ports: { ...ports, publishRequests },
    domains,
    settings: {
      probeEveryMs: agent.probeEveryMs,
      maxRepairsPerHour: agent.maxRepairsPerHour,
      soakMs: agent.soakMs,
      safeDepth: confirmationsOf(network),
      ...options.settings,
    },
    onError: (error, what) => options.onEvent(`${what}: ${(error as Error).message}`),
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  })
  const owned = stack.move()
  return { ...made, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** The agent's world, for those who act in its place. The caller closes the store. */
export async function openAgentPorts(
  config: LoadedConfig,
  { onEvent, notifiers = [], lookOnly = false }: OpenAgentOptions,
): Promise<{ ports: AgentPorts & { readonly store: Store }; domains: readonly AgentDomain[] }> {
  const network = await openNetwork(config, rpcNotices(onEvent))
  const gateways = await Promise.all(
    config.values.gateways.map(async (url, index) =>
      createGateway({ url: await readHttpAddress(url, config, `gateways[${index}]`) }),
    ),
  )
  const account = config.values.keys.healer && !lookOnly ? await readAccount('healer', config) : undefined
  const transactor = account && createTransactor({ signer: account, ...network })
  const healer = await healerOf(config)
  const tools = createAgentTools({
    ...network,
    gateways,
    verifyMlDsa: bestMlDsa().verify,
    fetch: createLocalFetch(),
    onLiar: ({ source, cid }) => onEvent(`${source} sent wrong bytes for ${cid}`),
  })
  const domains = await openAgentDomains(config)
  const routes = [...(await openNotifiers(config)), ...notifiers]
  await makeStatePrivate(config)
  const store = await openSqliteStore(stateFolder(config).journal)
  const { chain } = network
  return { ports: { network, chain, transactor, healer, store, clock: systemClock, tools, notifiers: routes }, domains }
}

/** The address of the agent's key. A look needs none, and so not that its secret is there. */
async function healerOf(config: LoadedConfig): Promise<AgentPorts['healer']> {
  if (!config.values.keys.healer) return undefined
  return readAddress('healer', config).catch(() => 'hidden')
}

async function openAgentDomains(config: LoadedConfig): Promise<AgentDomain[]> {
  const { replication, domains } = config.values
  const replicas = await openReplicas(config)
  const resolvers = openResolvers(config)
  const preview = previewOf(await gatewayUrls(config))
  return Promise.all(
    Object.entries(domains).map(async ([text, { url, checks }]) => {
      const name = parseDomainName(text)
      return {
        name,
        url,
        checks,
        replicas,
        origins: replicas.flatMap(({ replica }) => replica.origins ?? []),
        need: replication.need,
        minFailureDomains: replication.trial ? 1 : MIN_FAILURE_DOMAINS,
        dns: { driver: await openDnsDriver(name, config), resolvers },
        preview,
      }
    }),
  )
}

/** Whichever of our nodes answers first in the given order. */
function previewOf(urls: readonly string[]): Preview {
  const previews = urls.map((url) => createGatewayPreview(url))
  return async (root: CID, path: string, call?: CallOptions) => {
    const errors: unknown[] = []
    for (const preview of previews) {
      try {
        return await preview(root, path, call)
      } catch (error) {
        call?.signal?.throwIfAborted()
        errors.push(error)
      }
    }
    throw new AggregateError(errors, 'no gateway gave a preview')
  }
}

async function openNotifiers(config: LoadedConfig): Promise<NotifierRoute[]> {
  return Promise.all(
    Object.entries(config.values.notify).map(async ([name, { url, minSeverity }]) => ({
      notifier: createWebhookNotifier({ name, url: await readHttpAddress(url, config, `notify.${name}.url`) }),
      minSeverity,
    })),
  )
}
