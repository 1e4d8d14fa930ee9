import type { Address, Bytes32 } from '@domainsync/core'
import { decodeEnvelope } from '../dsse.ts'
import { PqError } from '../pq-error.ts'
import { type VerifyHybridOptions, verifyHybrid } from '../verify-hybrid.ts'
import { rotationEnvelope } from './rotation-document.ts'
import type { Rotation } from './rotation-file.ts'
import { decodeRotationStatement, type RotationStatement } from './rotation-statement.ts'

/** The domain that a rotation has to be of, with chain and registry of the reader's choice. */
export interface RotationPlace {
  readonly domain: string
  readonly chainId: number
  readonly registry: Address
}

/**
 * The statement of a rotation away from a post-quantum key that the reader trusts. The account that signs as well is the one
 * which that key names.
 *
 * @throws PqError as `verifyHybrid`, and `ROTATION_MALFORMED`, `ROTATION_FIELD_MISMATCH`
 */
export function verifyRotation(
  { envelope, spki }: Rotation,
  { pqKeyHash, ...place }: RotationPlace & { readonly pqKeyHash: Bytes32 },
  options: VerifyHybridOptions = {},
): RotationStatement {
  const { from } = decodeRotationStatement(decodeEnvelope(envelope).payload)
  const expected = { ...rotationEnvelope(place), spki, pqKeyHash, signer: from.signer }
  const statement = decodeRotationStatement(verifyHybrid(envelope, expected, options))
  const wanted = { ...place, registry: place.registry.toLowerCase() }
  for (const field of ['domain', 'chainId', 'registry'] as const) {
    if (statement[field] !== wanted[field]) throw otherPlace(field, { is: statement[field], wanted: wanted[field] })
  }
  if (from.pqKeyHash !== pqKeyHash.toLowerCase()) {
    throw otherPlace('from.pqKeyHash', { is: from.pqKeyHash, wanted: pqKeyHash })
  }
  return statement
}

function otherPlace(field: string, { is, wanted }: { is: string | number; wanted: string | number }): PqError {
  return new PqError('ROTATION_FIELD_MISMATCH', `A key rotation says ${field} ${is}; expected was ${wanted}.`)
}
