import { isUtf8 } from 'node:buffer'
import { readdirSync } from 'node:fs'
import { errorCode } from '@domainsync/core'
import { ImportError } from './import-error.ts'
import { changedWhileRead, unreadable } from './refusals.ts'

/** What a decoder puts where bytes are not UTF-8; a name may also hold it in earnest. */
const REPLACEMENT = '\ufffd'

/**
 * The names in a folder of a site.
 *
 * @throws ImportError `SITE_NAME_NOT_UTF8`, `SITE_UNREADABLE`, `SITE_CHANGED_WHILE_READ` when it is gone.
 */
export function listNames(folder: string, path: string): string[] {
  const names = list(path, () => readdirSync(folder))
  if (names.some((name) => name.includes(REPLACEMENT))) {
    const bad = list(path, () => readdirSync(folder, { encoding: 'buffer' })).find((name) => !isUtf8(name))
    if (bad !== undefined) {
      throw new ImportError(
        'SITE_NAME_NOT_UTF8',
        `A name in "${path || '.'}" is not valid UTF-8 (bytes ${bad.toString('hex')}, about "${bad}"); rename it.`,
        { retryable: false },
      )
    }
  }
  return names
}

function list<T>(path: string, read: () => T[]): T[] {
  try {
    return read()
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') throw changedWhileRead(path, cause)
    throw unreadable(path, cause)
  }
}
