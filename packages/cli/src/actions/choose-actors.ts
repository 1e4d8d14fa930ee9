import { DomainSyncError } from '@domainsync/core'
import type { Wallet } from 'ethers'
import { readAccount } from '../config/account.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { readAddress } from '../config/public-id.ts'
import type { Actor } from './registry-action.ts'

/**
 * The keys of those who may do it and whose keys the configuration has, one at least.
 *
 * @throws DomainSyncError `NO_KEY_OF_ROLE` with who may, and which keys there are
 */
export async function chooseActors(actors: readonly Actor[], config: LoadedConfig): Promise<readonly Wallet[]> {
  const wallets: Wallet[] = []
  const others: string[] = []
  for (const { role, address } of actors) {
    if (config.values.keys[role] === undefined) continue
    const configured = await readAddress(role, config)
    if (configured === address) wallets.push(await readAccount(role, config))
    else others.push(`keys.${role} is ${configured}`)
  }
  if (wallets.length > 0) return wallets
  const may = actors.map(({ role, address }) => `the ${role} ${address}`).join(' or ')
  const have = others.length > 0 ? others.join(', ') : 'the configuration has no such key'
  throw new DomainSyncError('NO_KEY_OF_ROLE', `Only ${may} may do this; ${have}.`, {
    state: 'Nothing was sent.',
    next: 'the same command with --unsigned, for a multisig wallet or another machine',
    retryable: false,
  })
}
