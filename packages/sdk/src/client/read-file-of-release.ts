import { type BlockSource, byPath, type CallOptions, errorCode, type ReleaseFile } from '@domainsync/core'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { CID } from 'multiformats/cid'
import { createSha256, sha256 } from '../blocks/sha256.ts'
import { MAX_FILE_BYTES, readFileBytes, readFileChunks } from '../unixfs/read-file.ts'
import { resolvePath } from '../unixfs/resolve-path.ts'
import { rootError, VerifyError } from '../verify/verify-error.ts'
import { guard, type VerifiedManifest } from '../verify/verify-manifest.ts'

/** A file of a release. */
export interface FoundFile {
  /** From the root, without a leading `/`; with `index.html` when a folder was asked for. */
  readonly path: string
  readonly cid: CID
  readonly sha256: string
  readonly release: number
  readonly root: CID
}

/** A file of a release, its bytes the signed ones. */
export interface ReadFile extends FoundFile {
  readonly bytes: Uint8Array
}

/** A file of a release that comes piece by piece. */
export interface StreamedFile extends FoundFile {
  /**
   * The bytes in order, every block verified before it is given; flat in memory. Ends with VerifyError `ROOT_UNVERIFIABLE` when
   * all together they are not the signed ones.
   */
  readonly chunks: AsyncIterable<Uint8Array>
}

/**
 * A file by path out of a release whose manifest was verified; a folder's is its `index.html`. The bytes are compared with the
 * signed list. At most `maxBytes` ({@link MAX_FILE_BYTES}, 64 MiB, by default).
 *
 * @throws VerifyError `PATH_NOT_FOUND`, `FILE_TOO_LARGE`, `ROOT_UNAVAILABLE`, `ROOT_UNVERIFIABLE`
 */
export async function readFileOfRelease(
  manifest: VerifiedManifest,
  path: string,
  { source, maxBytes, ...call }: CallOptions & { source: BlockSource; maxBytes?: number | undefined },
): Promise<ReadFile> {
  const file = await findFile(manifest, path, { source, ...call })
  return guard(6, { root: file.root, signal: call.signal }, async () => {
    const bytes = await readFileBytes(file.cid, source, { ...call, maxBytes }).catch((cause: unknown) => {
      throw errorCode(cause) === 'FILE_TOO_LARGE' ? tooLarge(file, { maxBytes, cause }) : cause
    })
    if (bytesToHex(await sha256(bytes)) !== file.sha256) throw notTheSignedFile(file)
    return { ...file, bytes }
  })
}

/**
 * The same piece by piece, for files that memory cannot hold.
 *
 * @throws VerifyError `PATH_NOT_FOUND`, `ROOT_UNAVAILABLE`, `ROOT_UNVERIFIABLE`
 */
export async function streamFileOfRelease(
  manifest: VerifiedManifest,
  path: string,
  { source, ...call }: CallOptions & { source: BlockSource },
): Promise<StreamedFile> {
  const file = await findFile(manifest, path, { source, ...call })
  return { ...file, chunks: signedChunks(file, { source, ...call }) }
}

async function* signedChunks(
  file: FoundFile,
  { source, ...call }: CallOptions & { source: BlockSource },
): AsyncIterable<Uint8Array> {
  const hash = createSha256()
  const { root, cid } = file
  try {
    for await (const chunk of readFileChunks(cid, source, call)) {
      hash.update(chunk)
      yield chunk
    }
    if (bytesToHex(hash.digest()) !== file.sha256) throw notTheSignedFile(file)
  } catch (cause) {
    call.signal?.throwIfAborted()
    throw rootError(cause, { step: 6, root: `${root}` })
  }
}

async function findFile(
  { root, statement }: VerifiedManifest,
  path: string,
  { source, ...call }: CallOptions & { source: BlockSource },
): Promise<FoundFile> {
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
    if (found?.kind !== 'file') throw notTheSignedFile({ ...file, root })
    return { ...file, cid: found.cid, release: statement.release, root }
  })
}

function tooLarge(
  { path, release }: FoundFile,
  { maxBytes = MAX_FILE_BYTES, cause }: { maxBytes: number | undefined; cause: unknown },
): VerifyError {
  const message = `"${path}" of release ${release} has more than the ${maxBytes} bytes that are read into memory.`
  const next = 'use stream, which takes files of any size, or give a larger maxBytes'
  return new VerifyError('FILE_TOO_LARGE', message, { step: 6, cause, next })
}

function notTheSignedFile({ path, root }: Pick<FoundFile, 'path' | 'root'>): VerifyError {
  return new VerifyError('ROOT_UNVERIFIABLE', `"${path}" in ${root} is not the signed file.`, {
    step: 6,
    reason: 'FILES_MISMATCH',
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
