import { DomainSyncError } from '@domainsync/core'
import type { SavedFile } from '@domainsync/sdk'
import { openRegularFile } from '../files/open-regular-file.ts'

/**
 * A file of the disk as `verifyBundle` reads it: each piece in one go, where Node's own `Blob` takes sixteen.
 *
 * @throws DomainSyncError `FILE_UNREADABLE`, later too, when it was cut meanwhile
 */
export async function openSavedFile(path: string): Promise<SavedFile & AsyncDisposable> {
  const unreadable = (cause: unknown) =>
    new DomainSyncError('FILE_UNREADABLE', `${path} cannot be read: ${(cause as Error).message}.`, {
      cause,
      retryable: false,
    })
  const handle = await openRegularFile(path).catch((cause) => {
    throw unreadable(cause)
  })
  const { size } = await handle.stat()
  return {
    size,
    slice: (start, end) => ({
      async arrayBuffer() {
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start))
        for (let at = 0; at < bytes.length; ) {
          const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at)
          if (bytesRead === 0) throw unreadable(new Error('it was cut meanwhile'))
          at += bytesRead
        }
        return bytes.buffer
      },
    }),
    [Symbol.asyncDispose]: () => handle.close(),
  }
}
