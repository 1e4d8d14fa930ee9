import { type CallOptions, type DomainState, parseDomainName } from '@domainsync/core'
import { notRegistered } from '@domainsync/sdk'
import type { CommandContext } from '../command-context.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { type Network, openNetwork } from '../wiring/network-chain.ts'
import { rpcNotices } from '../wiring/rpc-notices.ts'

/** A registered domain, as a quorum shows it now. */
export interface OpenDomain {
  readonly config: LoadedConfig
  readonly network: Network
  readonly state: DomainState
  /** For further questions to the chain. */
  readonly call: CallOptions
}

/** Reads the domain that a command names. It need not be in the configuration. @throws VerifyError `NOT_REGISTERED`; ChainError */
export async function openDomain(text: string, { loadConfig, terminal, signal }: CommandContext): Promise<OpenDomain> {
  const config = await loadConfig()
  const domain = parseDomainName(text)
  const network = await openNetwork(config, rpcNotices(terminal.progress))
  const call = { signal }
  const state = await network.chain.domain(domain, await network.chain.block('latest', call), call)
  if (state === undefined) throw notRegistered(domain)
  return { config, network, state, call }
}
