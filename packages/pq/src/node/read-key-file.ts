import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { openKey } from './key-file-cipher.ts'
import { KeyFileError } from './key-file-error.ts'
import { decodeKeyFile, type SealedKey } from './key-file-format.ts'
import type { KeyIdentity } from './key-identity.ts'

/** Largest file that is looked at; a key file has well under 1 KiB. */
const FILE_MAX_BYTES = 16_384
/** Permission bits of everyone but the owner. */
const OTHERS = 0o077

/** An opened key file. `secret` has 32 bytes; overwrite it when done. */
export type OpenedKey = KeyIdentity & { readonly secret: Uint8Array }

/** Options of {@link readKeyFile}. */
export interface ReadKeyFileOptions {
  readonly passphrase: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Opens a key file.
 *
 * @throws KeyFileError `KEY_FILE_MISSING`, `KEY_FILE_MODE`, `KEY_FILE_UNREADABLE`, `KEY_FILE_DAMAGED`,
 * `KEY_FILE_VERSION`, `KEY_FILE_COST`, `KEY_PASSPHRASE_WRONG`, `KEY_DERIVATION_FAILED`
 */
export async function readKeyFile(path: string, { passphrase, signal }: ReadKeyFileOptions): Promise<OpenedKey> {
  signal?.throwIfAborted()
  const sealed = await readSealed(path)
  const secret = await openKey(sealed, { passphrase })
  signal?.throwIfAborted()
  if (secret === undefined) {
    throw new KeyFileError('KEY_PASSPHRASE_WRONG', `The passphrase does not open ${path}.`)
  }
  return { ...sealed.header.identity, secret }
}

/**
 * Which key a file holds, without its passphrase.
 *
 * Warning: what it says is proven only when the file is opened.
 *
 * @throws KeyFileError as {@link readKeyFile}, but for the passphrase
 */
export async function readKeyIdentity(path: string): Promise<KeyIdentity> {
  return (await readSealed(path)).header.identity
}

async function readSealed(path: string): Promise<SealedKey> {
  const file = await openFile(path)
  try {
    return decodeKeyFile(await readPrivate(file, path), path)
  } finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Not blocking: a named pipe in the place of a key is refused below, not waited for.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new KeyFileError('KEY_FILE_MISSING', `There is no key file ${path}; check the path or make new keys.`, {
        cause,
        next: 'domainsync keys new',
      })
    }
    throw new KeyFileError('KEY_FILE_UNREADABLE', `${path} could not be opened; is it yours?`, { cause })
  }
}

/** Mode and text are read from one open file, so it cannot be swapped between the two. */
async function readPrivate(file: FileHandle, path: string): Promise<string> {
  const stat = await file.stat()
  if (!stat.isFile() || stat.size > FILE_MAX_BYTES) {
    throw new KeyFileError('KEY_FILE_DAMAGED', `${path} is not a key file.`)
  }
  if ((stat.mode & OTHERS) !== 0) {
    const mode = (stat.mode & 0o777).toString(8).padStart(4, '0')
    throw new KeyFileError(
      'KEY_FILE_MODE',
      `${path} has mode ${mode}: others than its owner can use it; run "chmod 600 ${path}" and think who may have read it.`,
      { next: `chmod 600 ${path}` },
    )
  }
  return file.readFile('utf8')
}
