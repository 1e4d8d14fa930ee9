import { readHttpAddress, readSecret, type SecretContext } from '../config/secret.ts'
import type { SecretSource } from '../config/secret-schema.ts'

/** Settings of providers that are addresses of HTTP servers; every other one that may be a secret is a token or a password. */
const ADDRESSES: ReadonlySet<string> = new Set(['url', 'uploadUrl', 'rpcUrl', 'gatewayUrl'])

/**
 * The value of one setting of a provider.
 *
 * @throws ConfigError `SECRET_MISSING`; `CONFIG_INVALID` when an address is none
 */
export async function readProviderSetting(
  setting: string,
  source: string | SecretSource,
  { name, config }: { readonly name: string; readonly config: SecretContext },
): Promise<string> {
  const place = `providers."${name}".${setting}`
  if (ADDRESSES.has(setting)) return await readHttpAddress(source, config, place)
  return typeof source === 'string' ? source : await readSecret(source, config, place)
}
