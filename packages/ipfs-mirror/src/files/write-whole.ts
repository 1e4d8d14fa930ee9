import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** How a file is written. */
export interface WriteWholeOptions {
  /** Permission bits, less those of the umask. */
  readonly mode?: number
}

/** Writes a file so that it is there whole and durable, or as it was before. Folders that are missing are made. */
export async function writeWhole(
  path: string,
  bytes: Uint8Array,
  { mode = 0o644 }: WriteWholeOptions = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  // One name, so that what a killed process left is not left for ever.
  const beside = `${path}.new`
  await rm(beside, { force: true })
  try {
    {
      await using file = await open(beside, 'wx', mode)
      await file.writeFile(bytes)
      await file.sync()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
