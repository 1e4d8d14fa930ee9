import { rename, rm, writeFile } from 'node:fs/promises'

/**
 * Puts a file in the place of another, whole or not at all; on failure nothing is left beside it, which a full disk has no room
 * for. Not synced: after a power cut it may be any of both, or cut. `writeWhole` is for what has to be durable.
 */
export async function replaceFile(
  path: string,
  bytes: Uint8Array | Iterable<Uint8Array>,
  { mode }: { readonly mode: number },
): Promise<void> {
  const beside = `${path}.new`
  try {
    await writeFile(beside, bytes, { mode })
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw error
  }
}
