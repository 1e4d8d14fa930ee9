import type { Bytes32 } from '@domainsync/core'
import { decodeEnvelope } from '../dsse.ts'
import { PqError } from '../pq-error.ts'
import type { VerifyHybridOptions } from '../verify-hybrid.ts'
import type { Rotation } from './rotation-file.ts'
import { decodeRotationStatement, type RotationStatement } from './rotation-statement.ts'
import { type RotationPlace, verifyRotation } from './verify-rotation.ts'

/** From which post-quantum key to which. */
export interface RotationPath extends RotationPlace {
  /** SHA-256 of the SubjectPublicKeyInfo that the reader pinned. */
  readonly pinned: Bytes32
  /** The one that the chain names. */
  readonly current: Bytes32
}

/**
 * The way from a pinned key to the current one, each step signed by the key before it; empty when they are one. The list is in
 * order, so it is walked once.
 *
 * @throws PqError `PQ_KEY_NOT_PINNED` when no way leads there; as {@link verifyRotation} when a step is forged
 */
export function followRotations(
  rotations: readonly Rotation[],
  { pinned, current, ...place }: RotationPath,
  options: VerifyHybridOptions = {},
): readonly RotationStatement[] {
  const way: RotationStatement[] = []
  let key = pinned.toLowerCase()
  for (const rotation of rotations) {
    if (key === current.toLowerCase()) break
    if (claimedFrom(rotation) !== key) continue
    const statement = verifyRotation(rotation, { ...place, pqKeyHash: key as Bytes32 }, options)
    way.push(statement)
    key = statement.to.pqKeyHash
  }
  if (key === current.toLowerCase()) return way
  throw new PqError(
    'PQ_KEY_NOT_PINNED',
    `The chain names the release key ${current}; the pinned key ${pinned} ${way.length === 0 ? 'names no other' : `leads to ${key}`}. Somebody with the owner's key may have exchanged it: ask the operator of ${place.domain} before you pin another.`,
  )
}

/** Only to skip what is not wanted: nothing is believed before its signatures. */
function claimedFrom({ envelope }: Rotation): string {
  return decodeRotationStatement(decodeEnvelope(envelope).payload).from.pqKeyHash
}
