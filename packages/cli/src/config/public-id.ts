import { resolve } from 'node:path'
import type { Address, Bytes32 } from '@domainsync/core'
import { type AccountRole, readAccount } from './account.ts'
import { ConfigError } from './config-error.ts'
import type { LoadedConfig } from './load-config.ts'
import { requireKeyKind } from './require-key-kind.ts'

/** The address of a role's account. A key file says it without its passphrase. */
export async function readAddress(role: AccountRole, config: LoadedConfig): Promise<Address> {
  const source = config.values.keys[role]
  if (source && 'passphrase' in source) {
    return (await requireKeyKind(resolve(config.folder, source.file), 'account', { place: `keys.${role}` })).address
  }
  return (await readAccount(role, config)).address.toLowerCase() as Address
}

/** SHA-256 of the release key's SubjectPublicKeyInfo: what the registry holds of it. */
export async function readPqKeyHash(config: LoadedConfig): Promise<Bytes32> {
  const source = config.values.keys.release
  if (!source) throw new ConfigError('CONFIG_INVALID', 'keys.release is missing: readers verify releases with it.')
  return `0x${(await requireKeyKind(resolve(config.folder, source.file), 'release', { place: 'keys.release' })).keyId}`
}
