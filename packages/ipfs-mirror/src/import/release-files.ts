import { byPath, type ReleaseFile, SPKI_FILE } from '@domainsync/core'
import { sha256 } from '../car/block-fault.ts'

/** What a release's statement lists: the site's files and the public key's, bytewise sorted by path. */
export function releaseFiles(content: { readonly files: readonly ReleaseFile[] }, spki: Uint8Array): ReleaseFile[] {
  const key = { path: SPKI_FILE, sha256: Buffer.from(sha256(spki)).toString('hex') }
  const files = content.files.map(({ path, sha256 }) => ({ path, sha256 }))
  const at = files.findIndex((file) => byPath(file, key) > 0)
  return files.toSpliced(at < 0 ? files.length : at, 0, key)
}
