import { isAbsolute, relative, resolve, sep } from 'node:path'
import { malformed } from './backup-error.ts'

/** Most characters of a path in a backup. */
const MAX_LENGTH = 1024
/** Most bytes of one name, on the usual file systems. */
const MAX_NAME_BYTES = 255

/**
 * A path below a folder, `/` between its parts, or `undefined` when it is none.
 */
export function pathBelow(folder: string, path: string): string | undefined {
  const below = relative(folder, resolve(folder, path)).split(sep).join('/')
  return isSafePath(below) ? below : undefined
}

/**
 * A path that an archive names.
 *
 * @throws BackupError `BACKUP_MALFORMED` when it could lead out of the folder that it is put in
 */
export function requireSafePath(path: string): string {
  if (isSafePath(path)) return path
  throw malformed(`the path ${JSON.stringify(path.slice(0, 100))}`)
}

function isName(part: string): boolean {
  return !/[\p{Cc}\\]/u.test(part) && part.isWellFormed() && Buffer.byteLength(part) <= MAX_NAME_BYTES
}

function isSafePath(path: string): boolean {
  const parts = path.split('/')
  return (
    path.length <= MAX_LENGTH &&
    !isAbsolute(path) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..' && isName(part))
  )
}
