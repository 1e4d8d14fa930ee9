import { byPath, isOwnFile, type ReleaseFile } from '@domainsync/core'

/** A file that a release adds, changes or removes. */
export interface Change {
  readonly kind: 'added' | 'changed' | 'removed'
  readonly path: string
}

/** The differences between two lists of files, by path; DomainSync's own files are left out. */
export function changesBetween(before: readonly ReleaseFile[], after: readonly ReleaseFile[]): Change[] {
  const old = new Map(before.map(({ path, sha256 }) => [path, sha256]))
  const next = new Map(after.map(({ path, sha256 }) => [path, sha256]))
  const changes: Change[] = []
  for (const [path, sha256] of next) {
    if (!old.has(path)) changes.push({ kind: 'added', path })
    else if (old.get(path) !== sha256) changes.push({ kind: 'changed', path })
  }
  for (const path of old.keys()) if (!next.has(path)) changes.push({ kind: 'removed', path })
  return changes.filter((change) => !isOwnFile(change)).sort(byPath)
}
