import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface NewFile {
  readonly path: string
  readonly text: string
  /** 0644 by default. */
  readonly mode?: number
}

/** Writes a file unless there is one; says whether it did. Folders that are missing are made. */
export async function writeNewFile({ path, text, mode = 0o644 }: NewFile): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(path, text, { flag: 'wx', mode })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}
