import type { Bytes32 } from '@domainsync/core'
import { bestMlDsa } from '@domainsync/pq/node'
import { type Client, createClient } from '@domainsync/sdk'
import { configuredPins } from '../config/configured-pins.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { isRetired } from '../config/provider-schema.ts'
import { readHttpAddress } from '../config/secret.ts'
import type { Terminal } from '../output/terminal.ts'
import { createLocalFetch } from './local-fetch.ts'
import { openNetwork } from './network-chain.ts'
import { rpcNotices } from './rpc-notices.ts'

/** A reader with the configuration's chain, registry and gateways; needs no key. */
export async function openClient(
  config: LoadedConfig,
  terminal: Terminal,
  { pinnedKeys = configuredPins(config) }: { pinnedKeys?: Readonly<Record<string, Bytes32>> | undefined } = {},
): Promise<Client> {
  const { chainId, registry, rpcUrls, quorum } = await openNetwork(config)
  const { onDissent, onFailure } = rpcNotices(terminal.progress)
  return createClient({
    chainId,
    registry,
    rpcUrls,
    quorum,
    fromBlock: config.values.network.fromBlock,
    gateways: await gatewayUrls(config),
    fetch: createLocalFetch(),
    verifyMlDsa: bestMlDsa().verify,
    pinnedKeys,
    onDissent,
    onFailure: rpcUrls.length > 1 ? onFailure : undefined,
    onLiar: ({ source, cid }) => terminal.progress(`${source} sent wrong bytes for ${cid}`),
  })
}

/** The providers that can be read without a token, then the gateways. */
export async function gatewayUrls(config: LoadedConfig): Promise<string[]> {
  const providers = Object.entries(config.values.providers).map(async ([name, provider]) => {
    if (provider.kind === 'embedded') return provider.url
    if (isRetired(provider)) return undefined
    return provider.gatewayUrl && readHttpAddress(provider.gatewayUrl, config, `providers."${name}".gatewayUrl`)
  })
  const gateways = config.values.gateways.map((url, index) => readHttpAddress(url, config, `gateways[${index}]`))
  return (await Promise.all([...providers, ...gateways])).filter((url) => url !== undefined)
}
