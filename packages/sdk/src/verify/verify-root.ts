import {
  type BlockSource,
  type CallOptions,
  RELEASE_FILE,
  type ReleaseFile,
  type ReleaseStatement,
} from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { fileSha256 } from '../unixfs/file-sha256.ts'
import { MAX_HASHED_BYTES, walkFiles } from '../unixfs/list-files.ts'
import { readFileBytes } from '../unixfs/read-file.ts'
import { passed } from './check.ts'
import { MAX_REDIRECTS_BYTES, parseRedirects, type RedirectRule } from './redirects.ts'
import { VerifyError } from './verify-error.ts'
import { guard, type VerifiedManifest, type VerifyRootInput, verifyManifest } from './verify-manifest.ts'

/** Mismatches that a message names. */
const SHOWN = 5
/** Chunked files that are hashed at once. */
const CONCURRENCY = 4

/** A root that is, file by file, what was signed. */
export interface VerifiedRelease extends VerifiedManifest {
  /** The signed list: every file but `release.json`. */
  readonly files: readonly ReleaseFile[]
  /** Rules of the signed `_redirects`; none when there is no such file, or it cannot be read. */
  readonly redirects: readonly RedirectRule[]
}

/**
 * Steps 3 to 6 of verification: signatures first, then the statement's fields, then that the signed list equals the directory
 * exactly (a missing, an added, a changed file, and an empty directory are all failures).
 *
 * @throws VerifyError `ROOT_UNVERIFIABLE`, `ROOT_UNAVAILABLE` with the step and the reason.
 */
export async function verifyRoot(input: VerifyRootInput): Promise<VerifiedRelease> {
  const manifest = await verifyManifest(input)
  const { root, statement } = manifest
  const { source, signal, timeoutMs, onCheck } = input
  const call = { signal, timeoutMs }

  const redirects = await guard(6, { root, signal }, async () => {
    const found = await compareFiles(root, { statement, source, ...call })
    const rules = found.get('_redirects')
    return rules === undefined ? [] : readRedirects(rules, source, call)
  })
  onCheck?.(passed(6, 'files', `All ${statement.files.length} files are the signed ones, and there are no others.`))
  return { ...manifest, files: statement.files, redirects }
}

/** Every file's CID by path, after the comparison with the signed list. */
async function compareFiles(
  root: CID,
  { statement, source, ...call }: CallOptions & { statement: ReleaseStatement; source: BlockSource },
): Promise<ReadonlyMap<string, CID>> {
  const wrong: string[] = []
  const found = new Map<string, CID>()
  const onEmptyDirectory = (path: string) => wrong.push(`"${path}" is an empty directory`)
  for await (const { path, cid } of walkFiles(root, source, { ...call, onEmptyDirectory })) found.set(path, cid)

  const signed = new Set(statement.files.map(({ path }) => path))
  for (const path of found.keys()) {
    if (!signed.has(path) && path !== RELEASE_FILE) wrong.push(`"${path}" is not in the signed list`)
  }
  const pending = [...statement.files]
  const hashNext = async () => {
    for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
      const cid = found.get(file.path)
      if (cid === undefined) wrong.push(`"${file.path}" is missing`)
      else if ((await fileSha256(cid, source, { ...call, maxBytes: MAX_HASHED_BYTES })) !== file.sha256) {
        wrong.push(`"${file.path}" has other bytes`)
      }
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, hashNext))
  if (wrong.length === 0) return found
  const more = wrong.length > SHOWN ? ` and ${wrong.length - SHOWN} more` : ''
  throw new VerifyError(
    'ROOT_UNVERIFIABLE',
    `${root} differs from its signed list: ${wrong.sort().slice(0, SHOWN).join(', ')}${more}.`,
    { step: 6, reason: 'FILES_MISMATCH' },
  )
}

async function readRedirects(cid: CID, source: BlockSource, call: CallOptions): Promise<readonly RedirectRule[]> {
  const bytes = await readFileBytes(cid, source, { ...call, length: MAX_REDIRECTS_BYTES + 1 })
  try {
    return parseRedirects(bytes)
  } catch {
    // A server that cannot read the file follows no rules either.
    return []
  }
}
