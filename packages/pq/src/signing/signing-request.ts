import { type Address, decodeReleaseStatement, encodeReleaseStatement, type ReleaseStatement } from '@domainsync/core'
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
 * What a signing file asks to sign. A statement that is not in the one form which this package writes is refused: what a person is
 * shown is all that is signed.
 *
 * @throws PqError `SIGNING_FILE_MALFORMED`; DomainSyncError `RELEASE_MALFORMED`
 */
export function requestedStatement({ payload }: Pick<SigningFile, 'payload'>): ReleaseStatement {
  const statement = decodeReleaseStatement(payload)
  const again = encodeReleaseStatement(statement)
  if (again.length === payload.length && again.every((byte, index) => byte === payload[index])) return statement
  throw new PqError('SIGNING_FILE_MALFORMED', 'The statement in the signing file says more than is shown of it.')
}

/** The document of {@link requestedStatement}. Errors: the same. */
export function requestedDocument(file: Pick<SigningFile, 'payload'>): HybridDocument {
  return releaseDocument(requestedStatement(file))
}

function lowerCase({ pqKeyHash, signer }: HybridKeys): HybridKeys {
  return { pqKeyHash: pqKeyHash.toLowerCase() as HybridKeys['pqKeyHash'], signer: signer.toLowerCase() as Address }
}
