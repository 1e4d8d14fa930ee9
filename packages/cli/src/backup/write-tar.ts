import { encodeTarHeader, TAR_BLOCK_BYTES, TAR_MAX_BYTES, type TarFile, tarPadding } from './tar-header.ts'

/** A file with its bytes, which are as many as it says. */
export interface TarContent extends TarFile {
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

/** A tar archive of plain files, streamed. GNU tar and bsdtar read it. */
export async function* writeTar(files: AsyncIterable<TarContent>): AsyncGenerator<Uint8Array> {
  for await (const { chunks, ...file } of files) {
    if (file.sizeBytes > TAR_MAX_BYTES) throw new RangeError(`${file.name} has ${file.sizeBytes} bytes`)
    yield encodeTarHeader(file)
    let left = file.sizeBytes
    for await (const chunk of chunks) {
      left -= chunk.length
      if (left < 0) break
      yield chunk
    }
    if (left !== 0) throw new RangeError(`${file.name} has other than its ${file.sizeBytes} bytes`)
    yield Buffer.alloc(tarPadding(file.sizeBytes))
  }
  yield Buffer.alloc(2 * TAR_BLOCK_BYTES)
}
