import { type Bytes32, byPath, type ReleaseFile, ROTATIONS_FILE, SPKI_FILE } from '@domainsync/core'
import { sha256 } from '../car/block-fault.ts'

/** What a release has besides the site and its own manifest. */
export interface OwnFiles {
  /** SHA-256 of `pq.spki`. */
  readonly pqKeyHash: Bytes32
  /** `rotations.json`, of a domain whose keys were exchanged. */
  readonly rotations?: Uint8Array | undefined
}

/** What a release's statement lists: the site's files and DomainSync's own, bytewise sorted by path. */
export function releaseFiles(
  content: { readonly files: readonly ReleaseFile[] },
  { pqKeyHash, rotations }: OwnFiles,
): ReleaseFile[] {
  const files = content.files.map(({ path, sha256 }) => ({ path, sha256 }))
  files.push({ path: SPKI_FILE, sha256: pqKeyHash.slice(2) })
  if (rotations !== undefined) {
    files.push({ path: ROTATIONS_FILE, sha256: Buffer.from(sha256(rotations)).toString('hex') })
  }
  return files.sort(byPath)
}
