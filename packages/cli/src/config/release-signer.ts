import { generateReleaseKey, type ReleaseSigner } from '@domainsync/pq'
import { bestMlDsa } from '@domainsync/pq/node'
import { ConfigError } from './config-error.ts'
import type { LoadedConfig } from './load-config.ts'
import { openKey } from './open-key.ts'

/** The ML-DSA-87 key that signs releases, natively where this Node can. Errors: see {@link openKey}. */
export async function readReleaseSigner(config: LoadedConfig): Promise<ReleaseSigner> {
  const source = config.values.keys.release
  if (!source) throw new ConfigError('CONFIG_INVALID', 'keys.release is missing: releases are signed with it.')
  const secret = await openKey(source, { config, kind: 'release', place: 'keys.release' })
  return generateReleaseKey(secret, { backend: bestMlDsa() }).signer
}
