import { resolve } from 'node:path'
import type { Address, Bytes32 } from '@domainsync/core'
import { readKeyIdentity } from '@domainsync/pq/node'
import { type AccountRole, readAccount } from './account.ts'
import { ConfigError } from './config-error.ts'
import type { LoadedConfig } from './load-config.ts'

/** The address of a role's account. A key file says it without its passphrase. */
export async function readAddress(role: AccountRole, config: LoadedConfig): Promise<Address> {
  const source = config.values.keys[role]
  if (source && 'passphrase' in source) {
    const identity = await readKeyIdentity(resolve(config.folder, source.file))
    if (identity.kind === 'account') return identity.address
    throw new ConfigError(
      'CONFIG_INVALID',
      `keys.${role}: ${source.file} holds a ${identity.kind} key, not an account.`,
    )
  }
  return (await readAccount(role, config)).address.toLowerCase() as Address
}

/** SHA-256 of the release key's SubjectPublicKeyInfo: what the registry holds of it. */
export async function readPqKeyHash(config: LoadedConfig): Promise<Bytes32> {
  const source = config.values.keys.release
  if (!source) throw new ConfigError('CONFIG_INVALID', 'keys.release is missing: readers verify releases with it.')
  const identity = await readKeyIdentity(resolve(config.folder, source.file))
  if (identity.kind === 'release') return `0x${identity.keyId}`
  throw new ConfigError(
    'CONFIG_INVALID',
    `keys.release: ${source.file} holds a key of kind "${identity.kind}", not "release".`,
  )
}
