import { randomBytes } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DomainSyncError } from '@domainsync/core'
import { decodeSigningFile, encodeSigningFile, type SigningFile } from '@domainsync/pq'

/**
 * A file of `publish --prepare` or `sign`.
 *
 * @throws DomainSyncError `SIGNING_FILE_UNREADABLE`; PqError `SIGNING_FILE_MALFORMED`
 */
export async function readSigningFile(path: string): Promise<SigningFile> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(resolve(path))
  } catch (cause) {
    throw new DomainSyncError('SIGNING_FILE_UNREADABLE', `${path} cannot be read; is it there?`, {
      cause,
      state: 'Nothing was signed, and nothing was published.',
      next: 'domainsync publish <domain> --prepare <file>',
      retryable: false,
    })
  }
  return decodeSigningFile(bytes)
}

/** Writes it whole or not at all. @throws DomainSyncError `SIGNING_FILE_UNWRITABLE` */
export async function writeSigningFile(path: string, file: SigningFile): Promise<void> {
  const target = resolve(path)
  const beside = `${target}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(beside, encodeSigningFile(file), { flag: 'wx' })
    await rename(beside, target)
  } catch (cause) {
    await rm(beside, { force: true })
    throw new DomainSyncError('SIGNING_FILE_UNWRITABLE', `${path} cannot be written.`, {
      cause,
      state: 'Nothing was published.',
      retryable: false,
    })
  }
}
