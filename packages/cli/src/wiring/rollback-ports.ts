import type { AgentPorts } from '@domainsync/healing-agent'
import type { Store } from '@domainsync/journal'
import { createTransactor } from '@domainsync/sdk'
import { readAccount } from '../config/account.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { openNetwork } from './network-chain.ts'
import { type OpenAgentOptions, openAgentPorts } from './open-agent.ts'

/** The agent's world for a person who goes back by hand: with the healer's key, or else the owner's. The caller closes the store. */
export async function openRollbackPorts(config: LoadedConfig, options: OpenAgentOptions) {
  const { ports, domains } = await openAgentPorts(config, options)
  const transactor = ports.transactor ?? (await ownerTransactor(config))
  const withKey: AgentPorts & { readonly store: Store } = { ...ports, transactor }
  return { ports: withKey, domains }
}

async function ownerTransactor(config: LoadedConfig) {
  return createTransactor({ signer: await readAccount('owner', config), ...(await openNetwork(config)) })
}
