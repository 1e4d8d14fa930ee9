import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** SHA-256 over the names and bytes of all files below a folder, hex: equal when nothing was written, added or removed. */
export async function folderDigest(folder: string, { except }: { except?: RegExp | undefined } = {}): Promise<string> {
  const hash = createHash('sha256')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.filter((path) => !except?.test(path)).sort())
    hash.update(`${file}\0`).update(await readFile(file))
  return hash.digest('hex')
}
