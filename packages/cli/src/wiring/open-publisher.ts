import { type BlockSource, type DomainName, parseDomainName } from '@domainsync/core'
import { openBlockStore } from '@domainsync/ipfs-mirror'
import { openSqliteStore, systemClock } from '@domainsync/journal'
import type { HybridSigner } from '@domainsync/pq'
import { bestMlDsa } from '@domainsync/pq/node'
import { createPublisher, type PublishedDomain, type Publisher, type PublisherPorts } from '@domainsync/publisher'
import { createGateway, createReader, createTransactor, type Lie, type QuorumHooks } from '@domainsync/sdk'
import { hexlify, randomBytes, Wallet } from 'ethers'
import { readAccount } from '../config/account.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { readRotations } from '../config/rotation-files.ts'
import { readHttpAddress } from '../config/secret.ts'
import { readSigningKeys } from '../config/signing-keys.ts'
import { openDnsDriver, openResolvers } from './dns-drivers.ts'
import { openNetwork } from './network-chain.ts'
import { makeStatePrivate } from './private-state.ts'
import { openReplicas } from './replicas.ts'
import { stateFolder } from './state-folder.ts'

export interface OpenPublisherOptions extends QuorumHooks {
  readonly onLiar?: (lie: Lie) => void
  /** Another sends the transactions. */
  readonly unsigned?: boolean | undefined
}

/** A publisher that owns its stores: `await using` closes them. */
export type OwnedPublisher = Publisher & AsyncDisposable

/** Opens the publisher of a configuration. */
export async function openPublisher(config: LoadedConfig, options: OpenPublisherOptions = {}): Promise<OwnedPublisher> {
  const ports = await openPublisherPorts(config, options)
  return { ...createPublisher(ports), [Symbol.asyncDispose]: ports[Symbol.asyncDispose] }
}

/** What a publisher works with: keys, quorum, replicas, DNS and stores. `await using` closes them. */
export async function openPublisherPorts(
  config: LoadedConfig,
  { onDissent, onFailure, onLiar, unsigned = false }: OpenPublisherOptions = {},
): Promise<PublisherPorts & AsyncDisposable> {
  const { values } = config
  const network = await openNetwork(config, { onDissent, onFailure })
  const hasKey = values.keys.publisher !== undefined || !unsigned
  // A key that nobody gave a role can look at transactions, and send none.
  const publisher = hasKey ? await readAccount('publisher', config) : new Wallet(hexlify(randomBytes(32)))
  const replicas = (await openReplicas(config)).filter(({ spare }) => !spare).map(({ replica }) => replica)
  const gateways = await Promise.all(
    values.gateways.map((url, index) => readHttpAddress(url, config, `gateways[${index}]`)),
  )
  const domains = await openDomains(config)

  await makeStatePrivate(config)
  const folder = stateFolder(config)
  await using stack = new AsyncDisposableStack()
  const blocks = await openBlockStore(folder.blocks)
  stack.defer(() => blocks.close())
  const store = await openSqliteStore(folder.journal)
  stack.defer(() => store.close())
  const remote: BlockSource[] = [
    ...replicas.filter(({ evidence }) => evidence !== 'claimed').map(({ source }) => source),
    ...gateways.map((url) => createGateway({ url })),
  ]
  const budget = values.network.ethUsd && { maxUsd: values.network.maxSyncCostUsd, ethUsd: values.network.ethUsd.fixed }
  const ports: PublisherPorts = {
    network: { ...network, budget },
    chain: network.chain,
    transactor: createTransactor({ signer: publisher, ...network }),
    store,
    blocks,
    importCache: folder.importCache,
    carFolder: folder.cars,
    replicas,
    replication: values.replication,
    reader: createReader([blocks, ...remote], { onLiar }),
    keys: signingKeys(config),
    rotations: (domain) => readRotations(domain, config),
    domains,
    notifiers: [],
    clock: systemClock,
    verifyMlDsa: bestMlDsa().verify,
  }
  const owned = stack.move()
  return { ...ports, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Read when they are needed first: a host that publishes what others signed does not have them. */
function signingKeys(config: LoadedConfig): () => Promise<HybridSigner> {
  let keys: Promise<HybridSigner> | undefined
  return () => {
    keys ??= readSigningKeys(config).catch((error: unknown) => {
      keys = undefined
      throw error
    })
    return keys
  }
}

async function openDomains(config: LoadedConfig): Promise<Map<DomainName, PublishedDomain>> {
  const resolvers = openResolvers(config)
  const entries = Object.entries(config.values.domains).map(async ([text, { checks }]) => {
    const name = parseDomainName(text)
    return [name, { name, dns: await openDnsDriver(name, config), resolvers, checks }] as const
  })
  return new Map(await Promise.all(entries))
}
