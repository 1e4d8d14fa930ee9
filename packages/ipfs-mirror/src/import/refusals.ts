import type { BigIntStats } from 'node:fs'
import { RELEASE_FOLDER } from '@domainsync/core'
import { ImportError } from './import-error.ts'

/** Refuses a name that must not be published, whatever it holds. */
export function refuseName(name: string, path: string): void {
  if (path === RELEASE_FOLDER) {
    throw new ImportError('SITE_RESERVED_PATH', `"${path}" is DomainSync's own; remove it from the site.`, {
      retryable: false,
    })
  }
  if (!name.startsWith('.')) return
  const lower = name.toLowerCase()
  if (lower === '.git') {
    throw new ImportError('SITE_GIT', `"${path}" is the site's source history; publish the built folder instead.`, {
      retryable: false,
    })
  }
  if (lower.startsWith('.env')) {
    throw new ImportError('SITE_ENV_FILE', `"${path}" may hold secrets; move it out of the site.`, { retryable: false })
  }
}

/** Refuses a file in whose place a release needs a folder. */
export function refuseFile(path: string): void {
  if (!RELEASE_FOLDER.startsWith(`${path}/`)) return
  throw new ImportError('SITE_RESERVED_PATH', `"${path}" is a file, but a release needs a folder there; remove it.`, {
    retryable: false,
  })
}

/** Why something that is neither file nor folder is refused. */
export function refuseKind(stats: BigIntStats, path: string): ImportError {
  return stats.isSymbolicLink()
    ? new ImportError('SITE_SYMLINK', `"${path}" is a symbolic link; put the file itself in its place.`, {
        retryable: false,
      })
    : new ImportError('SITE_SPECIAL_FILE', `"${path}" is not a regular file (a pipe, socket or device); remove it.`, {
        retryable: false,
      })
}

export function changedWhileRead(path: string, cause?: unknown): ImportError {
  return new ImportError(
    'SITE_CHANGED_WHILE_READ',
    `"${path}" changed while it was read; import when the build is done.`,
    {
      cause,
      state: 'Nothing was pinned.',
    },
  )
}

export function unreadable(path: string, cause: unknown): ImportError {
  return new ImportError('SITE_UNREADABLE', `"${path}" cannot be read; give this user access to it.`, { cause })
}
