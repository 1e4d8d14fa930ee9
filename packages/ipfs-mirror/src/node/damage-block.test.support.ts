import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Flips one bit of a block where it lies on a store's disk, as a bad sector would. */
export async function damageBlock(folder: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, 'blocks.pack')
  const offset = (await readFile(path)).indexOf(bytes)
  if (offset === -1) throw new Error('the store does not hold this block')
  const at = bytes.length >> 1
  const file = await open(path, 'r+')
  await file.write(Uint8Array.of((bytes[at] ?? 0) ^ 1), 0, 1, offset + at)
  await file.close()
}
