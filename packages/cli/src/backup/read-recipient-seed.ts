import { resolve } from 'node:path'
import { KeyFileError, readKeyFile, readKeyIdentity } from '@domainsync/pq/node'
import type { Terminal } from '../output/terminal.ts'
import { readPassphrase } from '../read-passphrase.ts'

/** For a recipient's key file, when its passphrase is another than that of the keys that sign. */
export const RECIPIENT_PASSPHRASE_VARIABLE = 'DOMAINSYNC_RECIPIENT_PASSPHRASE'

/**
 * The seed in a recipient's key file; overwrite it when done.
 *
 * @throws KeyFileError; ConfigError `SECRET_MISSING`
 */
export async function readRecipientSeed(
  file: string,
  { terminal, signal }: { terminal: Terminal; signal: AbortSignal },
): Promise<Uint8Array> {
  const path = resolve(file)
  const { kind } = await readKeyIdentity(path)
  if (kind !== 'recipient') {
    throw new KeyFileError('KEY_SECRET_INVALID', `${file} holds a key of kind "${kind}"; a recipient's is wanted.`, {
      next: 'domainsync keys list <file>',
    })
  }
  const passphrase = process.env[RECIPIENT_PASSPHRASE_VARIABLE] || (await readPassphrase(file, terminal, signal))
  return (await readKeyFile(path, { passphrase, signal })).secret
}
