import {
  type Address,
  canonicalCid,
  decodeReleaseStatement,
  encodeReleaseStatement,
  isOwnFile,
  type ReleaseStatement,
  ROTATIONS_FILE,
  SPKI_FILE,
} from '@domainsync/core'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { HybridDocument } from '../hybrid-document.ts'
import { PqError } from '../pq-error.ts'
import { releaseDocument } from '../release-document.ts'
import type { HybridKeys } from '../verify-hybrid.ts'
import type { SigningFile } from './signing-file.ts'

/** A file that asks for both signatures of a release. */
export function signingRequest(
  statement: ReleaseStatement,
  { keys, rotations }: Pick<SigningFile, 'keys' | 'rotations'>,
): SigningFile {
  return { payload: encodeReleaseStatement(statement), keys: lowerCase(keys), rotations }
}

/**
 * What a signing file asks to sign. A statement that is not in the one form which this package writes is refused, so that what a person
 * is shown is all that is signed; and so is one that lists other files of ours than the wanted key and the rotations that come along.
 *
 * @throws PqError `SIGNING_FILE_MALFORMED`; DomainSyncError `RELEASE_MALFORMED`
 */
export function requestedStatement(file: SigningFile): ReleaseStatement {
  const { payload } = file
  const statement = decodeReleaseStatement(payload)
  const again = encodeReleaseStatement(statement)
  if (again.length !== payload.length || again.some((byte, index) => byte !== payload[index])) {
    throw new PqError('SIGNING_FILE_MALFORMED', 'The statement in the signing file says more than is shown of it.')
  }
  const { content, previous, createdAt } = statement
  const areCids = isCid(content) && (previous === null || isCid(previous))
  if (!areCids || new Date(createdAt).toISOString() !== createdAt) {
    throw new PqError('SIGNING_FILE_MALFORMED', 'The statement in the signing file has a CID or a time that is none.')
  }
  const listed = JSON.stringify(statement.files.filter(isOwnFile).map(({ path, sha256: hash }) => [path, hash]))
  if (listed === JSON.stringify(ownFiles(file))) return statement
  throw new PqError(
    'SIGNING_FILE_MALFORMED',
    'The statement in the signing file does not list the wanted release key and the rotations beside it.',
  )
}

function isCid(text: string): boolean {
  return canonicalCid(text) === text
}

/** DomainSync's own files of the release that is asked for, with their SHA-256, in the order of paths. */
function ownFiles({ keys, rotations }: SigningFile): (readonly [string, string])[] {
  const key = [SPKI_FILE, keys.pqKeyHash.slice(2)] as const
  return rotations === undefined ? [key] : [key, [ROTATIONS_FILE, bytesToHex(sha256(rotations))]]
}

/** The document of {@link requestedStatement}. Errors: the same. */
export function requestedDocument(file: SigningFile): HybridDocument {
  return releaseDocument(requestedStatement(file))
}

function lowerCase({ pqKeyHash, signer }: HybridKeys): HybridKeys {
  return { pqKeyHash: pqKeyHash.toLowerCase() as HybridKeys['pqKeyHash'], signer: signer.toLowerCase() as Address }
}
