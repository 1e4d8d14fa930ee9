import { resolve } from 'node:path'
import { type KeyKind, readKeyFile } from '@domainsync/pq/node'
import type { LoadedConfig } from './load-config.ts'
import { requireKeyKind } from './require-key-kind.ts'
import { readSecret } from './secret.ts'
import type { SecretSource } from './secret-schema.ts'

/** A key file as the configuration names it, and what must be in it. */
export interface KeyFileSource {
  readonly file: string
  readonly passphrase: SecretSource
}

/**
 * The secret bytes of a key file.
 *
 * @throws ConfigError `CONFIG_INVALID` when the file holds the other kind of key, `SECRET_MISSING`; PqError
 * `KEY_PASSPHRASE_WRONG`, `KEY_FILE_MISSING`, `KEY_FILE_MODE`, `KEY_FILE_DAMAGED`.
 */
export async function openKey(
  source: KeyFileSource,
  { config, kind, place }: { config: LoadedConfig; kind: KeyKind; place: string },
): Promise<Uint8Array> {
  const path = resolve(config.folder, source.file)
  await requireKeyKind(path, kind, { place })
  const passphrase = await readSecret(source.passphrase, config, `${place}.passphrase`)
  return (await readKeyFile(path, { passphrase })).secret
}
