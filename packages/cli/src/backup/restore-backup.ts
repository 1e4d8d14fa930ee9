import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { archiveContext, decryptArchive, type EncryptionContext, unwrapArchiveKey } from '@domainsync/pq/node'
import { openArchiveFile } from './archive-file.ts'
import { BackupError } from './backup-error.ts'
import { type Extracted, extractBackup } from './extract-backup.ts'
import type { OpenedBackup } from './open-backup.ts'
import { readTar } from './read-tar.ts'

/** Where a backup is restored to, and with whose key. */
export interface RestoreOptions {
  /** A folder that is missing or empty. */
  readonly into: string
  /** A recipient's seed. */
  readonly seed: Uint8Array
  /** Only find out whether it could be restored. */
  readonly lookOnly: boolean
  readonly signal: AbortSignal
  readonly onProgress: (phase: 'verifying' | 'restoring', readBytes: number) => void
}

/**
 * Restores a backup whose signatures hold. The archive's hash is compared before anything is decrypted; the folder appears whole
 * or not at all.
 *
 * @throws BackupError `RESTORE_TARGET`, `BACKUP_MISMATCH`, `BACKUP_MALFORMED`; VaultError
 */
export async function restoreBackup(
  { folder, statement, list }: OpenedBackup,
  { into, seed, lookOnly, signal, onProgress }: RestoreOptions,
): Promise<Extracted | undefined> {
  const target = resolve(into)
  await refuseTarget(target)
  const archiveKey = await unwrapArchiveKey(seed, list)
  await using archive = await openArchiveFile(folder, statement, {
    signal,
    onProgress: (readBytes) => onProgress('verifying', readBytes),
  })
  if (lookOnly) return undefined
  const temporary = join(dirname(target), `.${basename(target)}.restoring`)
  await makeTemporary(temporary)
  try {
    const onContext = (context: EncryptionContext) => requireContext(context, archiveContext(statement))
    const bytes = archive.read((readBytes) => onProgress('restoring', readBytes))
    const extracted = await extractBackup(readTar(decryptArchive(bytes, { archiveKey, onContext, signal })), temporary)
    await rename(temporary, target).catch((cause: unknown) => {
      throw new BackupError('RESTORE_TARGET', `${target} cannot take the place of ${temporary}; is it a mount point?`, {
        cause,
        state: 'Nothing was restored.',
        next: 'the same command with --into <a folder below it>',
      })
    })
    await syncFolder(dirname(target))
    return extracted
  } finally {
    archiveKey.fill(0)
    await rm(temporary, { recursive: true, force: true })
  }
}

async function refuseTarget(target: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw new BackupError('RESTORE_TARGET', `${target} is not a folder of yours.`, { cause: error })
  })
  if (names.length === 0) return
  throw new BackupError('RESTORE_TARGET', `${target} is not empty: a restore never mixes with what is there.`, {
    state: 'Nothing was written.',
    next: 'the same command with --into <a new folder>',
  })
}

async function makeTemporary(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await mkdir(path, { mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EEXIST' ? 'is there: another restore runs, or was killed' : 'cannot be made'
    throw new BackupError('RESTORE_TARGET', `${path} ${why}.`, {
      cause,
      state: 'Nothing was written.',
      next: `remove ${path} when no restore runs, and try again`,
    })
  })
}

function requireContext(found: EncryptionContext, wanted: EncryptionContext): void {
  const keys = new Set([...Object.keys(found), ...Object.keys(wanted)])
  const wrong = [...keys].find((key) => found[key] !== wanted[key])
  if (wrong === undefined) return
  throw new BackupError('BACKUP_MISMATCH', `The archive is of another ${wrong} than its statement says.`, {
    state: 'Nothing was decrypted, nothing was written.',
  })
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r')
  await folder.sync()
}
