import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/**
 * Opens a regular file for reading. A named pipe or a device, which a stranger can put in the place of one, is refused instead of
 * waited for.
 *
 * @throws Error of the system, or one that says what it is not
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new Error('it is no regular file')
}
