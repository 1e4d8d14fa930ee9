import { Wallet } from 'ethers'
import { ConfigError } from './config-error.ts'
import type { LoadedConfig } from './load-config.ts'
import { openKey } from './open-key.ts'
import { readSecret } from './secret.ts'

export type AccountRole = 'publisher' | 'signer' | 'healer' | 'owner' | 'guardian' | 'registrar'

/**
 * The account of a role: from an encrypted key file, or a raw hex key in a secret.
 *
 * @throws ConfigError `CONFIG_INVALID` when the role has no key, or none that is one; `SECRET_MISSING`; see {@link openKey}
 */
export async function readAccount(role: AccountRole, config: LoadedConfig): Promise<Wallet> {
  const source = config.values.keys[role]
  const place = `keys.${role}`
  if (!source) throw new ConfigError('CONFIG_INVALID', `${place} is missing: this command signs with it.`)
  if ('passphrase' in source) {
    const secret = await openKey(source, { config, kind: 'account', place })
    return new Wallet(`0x${Buffer.from(secret).toString('hex')}`)
  }
  const text = await readSecret(source, config, place)
  if (!/^(0x)?[0-9a-fA-F]{64}$/.test(text)) {
    throw new ConfigError('CONFIG_INVALID', `${place}: the secret is not a private key of 32 bytes in hex.`)
  }
  return new Wallet(text.startsWith('0x') ? text : `0x${text}`)
}
