import { ByteReader } from '@domainsync/pq/node'
import { malformed } from './backup-error.ts'
import { decodeTarHeader, TAR_BLOCK_BYTES, type TarFile, tarPadding } from './tar-header.ts'

/** A file as it comes out of an archive. */
export interface TarEntry extends TarFile {
  /** Read them all before the next entry is asked for; each is good until the next. */
  readonly chunks: AsyncIterable<Uint8Array>
}

/**
 * The files of a tar archive that `writeTar` wrote, in their order. What is no plain file is refused, and so is anything behind
 * the end.
 *
 * @throws BackupError `BACKUP_MALFORMED`; VaultError `ARCHIVE_TRUNCATED`
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = new ByteReader(bytes)
  try {
    for (;;) {
      const header = await reader.take(TAR_BLOCK_BYTES)
      if (isZero(header)) break
      const file = decodeTarHeader(header)
      let read = 0
      async function* chunks() {
        for await (const piece of reader.pieces(file.sizeBytes)) {
          read += piece.length
          yield piece
        }
      }
      yield { ...file, chunks: chunks() }
      if (read !== file.sizeBytes) throw new RangeError(`${file.name} was not read to its end`)
      if (!isZero(await reader.take(tarPadding(file.sizeBytes)))) throw malformed('bytes between two files')
    }
    if (!isZero(await reader.take(TAR_BLOCK_BYTES)) || !(await reader.atEnd())) throw malformed('bytes behind its end')
  } finally {
    await reader.close()
  }
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0)
}
