import { hybridEnvelope } from '../hybrid-document.ts'
import { PqError } from '../pq-error.ts'
import type { SigningFile } from './signing-file.ts'
import { requestedDocument } from './signing-request.ts'

/** What makes a site a signed release. */
export interface SignedParts {
  /** The bytes of `release.json`. */
  readonly releaseJson: Uint8Array
  /** The bytes of `pq.spki`. */
  readonly spki: Uint8Array
  /** The bytes of `rotations.json`. */
  readonly rotations?: Uint8Array | undefined
}

/**
 * The files of a release that both keys have signed.
 *
 * Warning: the signatures are not verified here; whoever publishes verifies the release as its readers will.
 *
 * @throws PqError `SIGNATURE_MISSING` naming the key that has not signed yet; as `requestedStatement`
 */
export function signedParts(file: SigningFile): SignedParts {
  const { pq, account, keys, rotations } = file
  if (pq === undefined || account === undefined) throw missing(file)
  const releaseJson = hybridEnvelope(requestedDocument(file), {
    pq: { keyId: keys.pqKeyHash.slice(2), signature: pq.signature },
    account: { address: keys.signer, signature: account },
  })
  return { releaseJson, spki: pq.spki, rotations }
}

/** Which keys have not signed yet, for a person. */
export function missingSignatures({ pq, account, keys }: SigningFile): readonly string[] {
  return [
    ...(pq === undefined ? [`release key ${keys.pqKeyHash}`] : []),
    ...(account === undefined ? [`signer ${keys.signer}`] : []),
  ]
}

function missing(file: SigningFile): PqError {
  return new PqError('SIGNATURE_MISSING', `Not signed yet by: ${missingSignatures(file).join(', ')}.`, {
    next: 'domainsync sign <file>',
  })
}
