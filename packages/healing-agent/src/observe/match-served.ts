import { createHash } from 'node:crypto'
import type { PageAnswer, ReleaseFile } from '@domainsync/core'

/** How an answer compares with a release's signed list. */
export type Match =
  | { readonly kind: 'match' }
  /** Not the listed bytes. */
  | { readonly kind: 'mismatch'; readonly sha256: string }
  /** A listed file was not given at all. */
  | { readonly kind: 'not-served'; readonly status: number }

/**
 * Compares what was served for a path with the list: a listed path must be its bytes; any other path may be answered with
 * bytes of the list (a redirect, the error page) or with an error, never with unlisted bytes as a success.
 */
export function matchServed(files: readonly ReleaseFile[], path: string, { status, body }: PageAnswer): Match {
  const sha256 = createHash('sha256').update(body).digest('hex')
  const listed = fileOf(files, path)
  const ok = status >= 200 && status < 300
  if (listed !== undefined) {
    if (!ok) return { kind: 'not-served', status }
    return listed.sha256 === sha256 ? { kind: 'match' } : { kind: 'mismatch', sha256 }
  }
  if (!ok || files.some((file) => file.sha256 === sha256)) return { kind: 'match' }
  return { kind: 'mismatch', sha256 }
}

/** The file that a path names: itself, or the index of a directory. */
export function fileOf(files: readonly ReleaseFile[], path: string): ReleaseFile | undefined {
  const name = decode(path.replace(/[?#].*$/, '')).replace(/^\/+/, '')
  const index = name === '' || name.endsWith('/') ? `${name}index.html` : `${name}/index.html`
  return files.find((file) => file.path === name) ?? files.find((file) => file.path === index)
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
