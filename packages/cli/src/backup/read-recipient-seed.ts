import { resolve } from 'node:path'
import { KeyFileError, readKeyFile, readKeyIdentity } from '@domainsync/pq/node'
import type { Terminal } from '../output/terminal.ts'
import { readPassphrase } from '../read-passphrase.ts'

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
  const passphrase = await readPassphrase(file, terminal, signal)
  return (await readKeyFile(path, { passphrase, signal })).secret
}
