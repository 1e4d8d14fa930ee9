import { type BlockSource, byPath, type CallOptions, type ReleaseFile } from '@domainsync/core'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { CID } from 'multiformats/cid'
import { sha256 } from '../blocks/sha256.ts'
import { readFileBytes } from '../unixfs/read-file.ts'
import { resolvePath } from '../unixfs/resolve-path.ts'
import { VerifyError } from '../verify/verify-error.ts'
import { guard, type VerifiedManifest } from '../verify/verify-manifest.ts'

/** A file of a release, its bytes the signed ones. */
export interface ReadFile {
  readonly bytes: Uint8Array
  /** From the root, without a leading `/`; with `index.html` when a folder was asked for. */
  readonly path: string
  readonly cid: CID
  readonly sha256: string
  readonly release: number
  readonly root: CID
}

/**
 * A file by path out of a release whose manifest was verified; a folder's is its `index.html`. The bytes are compared with the
 * signed list.
 *
 * @throws VerifyError `PATH_NOT_FOUND`, `ROOT_UNAVAILABLE`, `ROOT_UNVERIFIABLE`
 */
export async function readFileOfRelease(
  { root, statement }: VerifiedManifest,
  path: string,
  { source, maxBytes, ...call }: CallOptions & { source: BlockSource; maxBytes?: number | undefined },
): Promise<ReadFile> {
  const plain = path.replace(/^\/+|\/+$/g, '')
  const index = plain === '' ? 'index.html' : `${plain}/index.html`
  const file = listed(statement.files, plain) ?? listed(statement.files, index)
  if (file === undefined) {
    throw new VerifyError('PATH_NOT_FOUND', `Release ${statement.release} of ${statement.domain} has no "${path}".`, {
      step: 6,
    })
  }
  return guard(6, { root, signal: call.signal }, async () => {
    const found = await resolvePath(root, file.path, { source, ...call })
    const bytes = found?.kind === 'file' ? await readFileBytes(found.cid, source, { ...call, maxBytes }) : undefined
    if (found === undefined || bytes === undefined || bytesToHex(await sha256(bytes)) !== file.sha256) {
      throw new VerifyError('ROOT_UNVERIFIABLE', `"${file.path}" in ${root} is not the signed file.`, {
        step: 6,
        reason: 'FILES_MISMATCH',
      })
    }
    return { ...file, bytes, cid: found.cid, release: statement.release, root }
  })
}

/** Binary search: the signed list is sorted by path. */
function listed(files: readonly ReleaseFile[], path: string): ReleaseFile | undefined {
  let low = 0
  let high = files.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const file = files[middle]!
    const order = byPath(file, { path })
    if (order === 0) return file
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return undefined
}
