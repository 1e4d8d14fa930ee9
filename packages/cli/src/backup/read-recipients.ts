import { basename } from 'node:path'
import { decodeRecipient, type NamedRecipient, RECIPIENT_FILE_MAX_BYTES, VaultError } from '@domainsync/pq/node'
import { readRegularFile } from '../files/read-regular-file.ts'

/** Longest label that is written. */
const LABEL_MAX = 64

/**
 * Recipients by the files of their public keys; each is called by its file.
 *
 * @throws VaultError `RECIPIENT_KEY_MALFORMED`
 */
export function readRecipients(files: readonly string[]): Promise<NamedRecipient[]> {
  return Promise.all(
    files.map(async (file) => {
      const bytes = await readRegularFile(file, { maxBytes: RECIPIENT_FILE_MAX_BYTES }).catch((cause: unknown) => {
        throw new VaultError('RECIPIENT_KEY_MALFORMED', `${file} cannot be read; it is a recipient.pub.json.`, {
          cause,
          state: 'Nothing was written.',
          next: 'domainsync keys new backup',
        })
      })
      const label = basename(file)
        .replace(/(\.pub)?\.json$/, '')
        .slice(0, LABEL_MAX)
      return { ...decodeRecipient(bytes, file), label }
    }),
  )
}
