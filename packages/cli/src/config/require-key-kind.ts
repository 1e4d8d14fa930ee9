import { resolve } from 'node:path'
import { type KeyIdentity, type KeyKind, readKeyIdentity } from '@domainsync/pq/node'
import { ConfigError } from './config-error.ts'

/**
 * The public id of a key file that has to be of one kind. It needs no passphrase, so that what is wrong with the file is said before
 * anybody is asked for one.
 *
 * @throws ConfigError `CONFIG_INVALID` for another kind; KeyFileError `KEY_FILE_MISSING`, `KEY_FILE_MODE` …
 */
export async function requireKeyKind<Kind extends KeyKind>(
  file: string,
  kind: Kind,
  { place }: { readonly place?: string } = {},
): Promise<Extract<KeyIdentity, { kind: Kind }>> {
  const identity = await readKeyIdentity(resolve(file))
  if (identity.kind === kind) return identity as Extract<KeyIdentity, { kind: Kind }>
  const where = place === undefined ? '' : `${place}: `
  throw new ConfigError('CONFIG_INVALID', `${where}${file} holds a key of kind "${identity.kind}", not "${kind}".`)
}
