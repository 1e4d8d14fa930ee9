import { createHash } from 'node:crypto'
import { DomainSyncError } from '@domainsync/core'
import { type ScannedFile, type ScannedFolder, scanFolder } from './scan-folder.ts'

/**
 * A text that differs when anything of a site's folder does that an import would see: a file's bytes, name or place, also when
 * the folder itself was replaced. What an import refuses counts by its refusal. Only file stamps are read, no bytes.
 */
export async function folderFingerprint(folder: string, signal?: AbortSignal): Promise<string> {
  try {
    const { root } = await scanFolder(folder, signal)
    const hash = createHash('sha256')
    for (const { path, stamp } of filesOf(root)) {
      const { sizeBytes, mtimeNs, ctimeNs, inode } = stamp
      hash.update(JSON.stringify([path, sizeBytes, `${mtimeNs}`, `${ctimeNs}`, `${inode}`]))
    }
    return hash.digest('hex')
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof DomainSyncError)) throw error
    return `${error.code} ${error.message}`
  }
}

function* filesOf({ entries }: ScannedFolder): Generator<ScannedFile> {
  for (const entry of entries) {
    if (entry.kind === 'file') yield entry
    else yield* filesOf(entry)
  }
}
