import { randomBytes } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { checkSeedStrength } from '../check-seed-strength.ts'
import { sealKey } from './key-file-cipher.ts'
import { KeyFileError } from './key-file-error.ts'
import { encodeKeyFile } from './key-file-format.ts'
import { type KeyIdentity, type KeyKind, keyIdentity } from './key-identity.ts'

/** Options of {@link writeKeyFile}. */
export interface WriteKeyFileOptions {
  readonly kind: KeyKind
  /** 32 bytes: an ML-DSA-87 seed, a recipient's seed, or a secp256k1 private key. */
  readonly secret: Uint8Array
  readonly passphrase: string
  /** Replace a file that is there. Default false. */
  readonly overwrite?: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes an encrypted key file, mode 0600, in an existing folder. It appears whole or not at all. The answer is the public
 * name of the key.
 *
 * @throws KeyFileError `KEY_FILE_EXISTS`, `KEY_FILE_UNWRITABLE`, `KEY_PASSPHRASE_EMPTY`, `KEY_SECRET_INVALID`,
 * `KEY_DERIVATION_FAILED`; PqError `PQ_SEED_WEAK`
 */
export async function writeKeyFile(
  path: string,
  { kind, secret, passphrase, overwrite = false, signal }: WriteKeyFileOptions,
): Promise<KeyIdentity> {
  signal?.throwIfAborted()
  if (passphrase === '') {
    throw new KeyFileError('KEY_PASSPHRASE_EMPTY', `A key file needs a passphrase; ${path} was not written.`)
  }
  const identity = await keyIdentity(kind, secret)

  checkSeedStrength(secret)
  const sealed = await sealKey(secret, { identity, passphrase })
  signal?.throwIfAborted()
  try {
    await placeFile(path, { text: encodeKeyFile(sealed), overwrite })
  } catch (cause) {
    throw asKeyFileError(path, cause)
  }
  return identity
}

/** A hard link cannot replace a file that is there; a rename does, at once. */
async function placeFile(path: string, { text, overwrite }: { text: string; overwrite: boolean }): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await (overwrite ? rename(temporary, path) : link(temporary, path))
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolder(folder)
}

/** So that the name, too, is there after a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function asKeyFileError(path: string, cause: unknown): KeyFileError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return code === 'EEXIST'
    ? new KeyFileError('KEY_FILE_EXISTS', `${path} is there already and was left as it is; choose another name.`, {
        cause,
      })
    : new KeyFileError('KEY_FILE_UNWRITABLE', `${path} could not be written; is its folder there and yours?`, { cause })
}
