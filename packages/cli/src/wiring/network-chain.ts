import { deploymentBlock } from '@domainsync/bindings'
import type { Address, Chain } from '@domainsync/core'
import { createQuorumChain, createRpcChain, type QuorumHooks } from '@domainsync/sdk'
import type { LoadedConfig } from '../config/load-config.ts'
import type { ResolvedConfig } from '../config/schema.ts'
import { readHttpAddress } from '../config/secret.ts'
import { LOCAL_CHAIN_ID } from '../output/confirm.ts'

/** The registry that a configuration names, and how it is reached. */
export interface Network {
  readonly chainId: number
  readonly registry: Address
  readonly rpcUrls: readonly string[]
  readonly quorum: number
  /** Blocks on top of a publish before DNS follows. */
  readonly confirmations: number
  readonly chain: Chain
}

/** Confirmations on a real chain when none are configured. */
const DEFAULT_CONFIRMATIONS = 2

/** Opens the quorum; operators that are outvoted, or give no usable answer, are named through the hooks. */
export async function openNetwork(config: LoadedConfig, { onDissent, onFailure }: QuorumHooks = {}): Promise<Network> {
  const { chainId, quorum, ...network } = config.values.network
  const registry = network.registry.toLowerCase() as Address
  const rpcUrls = await Promise.all(
    network.rpcUrls.map((url, index) => readHttpAddress(url, config, `network.rpcUrls[${index}]`)),
  )
  const chains = rpcUrls.map((url) => createRpcChain({ url, chainId, registry }))
  return {
    chainId,
    registry,
    rpcUrls,
    quorum,
    confirmations: confirmationsOf(config.values.network),
    chain: createQuorumChain(chains, {
      quorum,
      onDissent,
      // Of one alone, the error itself says it.
      onFailure: chains.length > 1 ? onFailure : undefined,
      firstBlock: network.fromBlock ?? deploymentBlock({ chainId, registry }),
    }),
  }
}

/** Blocks that something on chain must be deep to count as settled. */
export function confirmationsOf({ chainId, confirmations }: ResolvedConfig['network']): number {
  return confirmations ?? (chainId === LOCAL_CHAIN_ID ? 0 : DEFAULT_CONFIRMATIONS)
}
