import type { HybridSigner } from '@domainsync/pq'
import { readAccount } from './account.ts'
import type { LoadedConfig } from './load-config.ts'
import { readReleaseSigner } from './release-signer.ts'

/**
 * The two keys that sign releases, backups and the exchange of keys.
 *
 * @throws ConfigError `CONFIG_INVALID`, `SECRET_MISSING`; KeyFileError
 */
export async function readSigningKeys(config: LoadedConfig): Promise<HybridSigner> {
  const [signer, pq] = await Promise.all([readAccount('signer', config), readReleaseSigner(config)])
  return { signer, pq }
}
