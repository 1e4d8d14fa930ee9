import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

/** Bytes that go to the disk at a time. */
const WRITE_BYTES = 1024 * 1024

/** A file that was written: its size and its SHA-256. */
export interface WrittenFile {
  readonly sizeBytes: number
  /** 64 hex digits. */
  readonly sha256: string
}

/** Streams bytes into a new file (mode 0600), durable when this returns. */
export async function writeArchive(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  onProgress: (sizeBytes: number) => void = () => {},
): Promise<WrittenFile> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  let pieces: Uint8Array[] = []
  let pending = 0
  await using file = await open(path, 'wx', 0o600)
  const flush = async () => {
    await file.writev(pieces)
    sizeBytes += pending
    pieces = []
    pending = 0
    onProgress(sizeBytes)
  }
  for await (const piece of bytes) {
    hash.update(piece)
    pieces.push(piece)
    pending += piece.length
    if (pending >= WRITE_BYTES) await flush()
  }
  await flush()
  await file.sync()
  return { sizeBytes, sha256: hash.digest('hex') }
}
