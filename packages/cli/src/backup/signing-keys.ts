import type { HybridSigner } from '@domainsync/pq'
import { readAccount } from '../config/account.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { readReleaseSigner } from '../config/release-signer.ts'

/** The keys that sign backups: those that sign releases. */
export async function readSigningKeys(config: LoadedConfig): Promise<HybridSigner> {
  const [signer, pq] = await Promise.all([readAccount('signer', config), readReleaseSigner(config)])
  return { signer, pq }
}
