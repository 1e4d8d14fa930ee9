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

/** Streams bytes into a new file (mode 0600), durable when this returns. Each chunk is used before the next is asked for. */
export async function writeArchive(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  onProgress: (sizeBytes: number) => void = () => {},
): Promise<WrittenFile> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(WRITE_BYTES)
  let filled = 0
  let sizeBytes = 0
  await using file = await open(path, 'wx', 0o600)
  const flush = async () => {
    const full = buffer.subarray(0, filled)
    hash.update(full)
    for (let at = 0; at < filled; ) at += (await file.write(full, at)).bytesWritten
    sizeBytes += filled
    filled = 0
    onProgress(sizeBytes)
  }
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length; ) {
      const length = Math.min(piece.length - at, WRITE_BYTES - filled)
      buffer.set(piece.subarray(at, at + length), filled)
      filled += length
      at += length
      if (filled === WRITE_BYTES) await flush()
    }
  }
  await flush()
  await file.sync()
  return { sizeBytes, sha256: hash.digest('hex') }
}
