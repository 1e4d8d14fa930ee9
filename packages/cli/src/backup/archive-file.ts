import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { openRegularFile } from '@domainsync/ipfs-mirror'
import type { BackupStatement } from '@domainsync/pq/node'
import { BackupError } from './backup-error.ts'
import { ARCHIVE_FILE } from './backup-folder.ts'

/** Bytes that are read at a time. */
const READ_BYTES = 256 * 1024

/** An archive that is the signed one. */
export interface ArchiveFile extends AsyncDisposable {
  /**
   * Its bytes; each chunk is good until the next. They are compared once more while they are read: the end is reached only by the
   * bytes that were signed.
   */
  read(onProgress?: (readBytes: number) => void): AsyncGenerator<Uint8Array>
}

/**
 * Opens the archive of a backup once its bytes are found to be those that were signed.
 *
 * @throws BackupError `BACKUP_MISMATCH`, `BACKUP_UNREADABLE`
 */
export async function openArchiveFile(
  folder: string,
  statement: Pick<BackupStatement, 'sizeBytes' | 'sha256'>,
  { signal, onProgress = () => {} }: { signal: AbortSignal; onProgress?: (readBytes: number) => void },
): Promise<ArchiveFile> {
  const path = join(folder, ARCHIVE_FILE)
  const file = await openRegularFile(path).catch((cause: unknown) => {
    throw new BackupError('BACKUP_UNREADABLE', `${path} cannot be opened.`, { cause, state: 'Nothing was written.' })
  })
  const read = async function* (report: (readBytes: number) => void = () => {}) {
    const hash = createHash('sha256')
    yield* chunksOf(file, { hash, signal, report })
    if (hash.digest('hex') !== statement.sha256) throw mismatch(path)
  }
  try {
    if ((await file.stat()).size !== statement.sizeBytes) throw mismatch(path)
    for await (const _ of read(onProgress));
  } catch (error) {
    await file.close()
    throw error
  }
  return { read, [Symbol.asyncDispose]: () => file.close() }
}

interface Reading {
  readonly hash: Hash
  readonly signal: AbortSignal
  readonly report: (readBytes: number) => void
}

async function* chunksOf(file: FileHandle, { hash, signal, report }: Reading): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  for (let at = 0; ; ) {
    signal.throwIfAborted()
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) return
    at += bytesRead
    const chunk = buffer.subarray(0, bytesRead)
    hash.update(chunk)
    report(at)
    yield chunk
  }
}

function mismatch(path: string): BackupError {
  return new BackupError(
    'BACKUP_MISMATCH',
    `${path} is not the archive that was signed: copy it again, or do not trust it.`,
    {
      state: 'Nothing was decrypted, nothing was written.',
    },
  )
}
