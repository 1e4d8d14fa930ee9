import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { DomainSyncError } from '@domainsync/core'
import { writeWhole } from '@domainsync/ipfs-mirror'
import { decodeSigningFile, encodeSigningFile, SIGNING_FILE_MAX_BYTES, type SigningFile } from '@domainsync/pq'
import { readRegularFile } from '../files/read-regular-file.ts'

/**
 * A file of `publish --prepare` or `sign`.
 *
 * @throws DomainSyncError `SIGNING_FILE_UNREADABLE`; PqError `SIGNING_FILE_MALFORMED`
 */
export async function readSigningFile(path: string): Promise<SigningFile> {
  let bytes: Uint8Array
  try {
    bytes = await readRegularFile(resolve(path), { maxBytes: SIGNING_FILE_MAX_BYTES })
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

/**
 * Signatures that somebody made are not written over.
 *
 * @throws DomainSyncError `SIGNING_FILE_SIGNED`
 */
export async function refuseSigned(path: string): Promise<void> {
  if (!existsSync(resolve(path))) return
  const { pq, account } = await readSigningFile(path)
  if (pq === undefined && account === undefined) return
  throw new DomainSyncError('SIGNING_FILE_SIGNED', `${path} holds signatures already; name another file.`, {
    state: 'Nothing was written.',
    retryable: false,
  })
}

/** Writes it whole or not at all. @throws DomainSyncError `SIGNING_FILE_UNWRITABLE` */
export async function writeSigningFile(path: string, file: SigningFile): Promise<void> {
  try {
    await writeWhole(resolve(path), encodeSigningFile(file))
  } catch (cause) {
    throw new DomainSyncError('SIGNING_FILE_UNWRITABLE', `${path} cannot be written.`, {
      cause,
      state: 'Nothing was published.',
      retryable: false,
    })
  }
}
