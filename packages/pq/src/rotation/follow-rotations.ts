import type { Bytes32 } from '@domainsync/core'
import { PqError } from '../pq-error.ts'
import type { VerifyHybridOptions } from '../verify-hybrid.ts'
import type { Rotation } from './rotation-file.ts'
import type { RotationStatement } from './rotation-statement.ts'
import { type RotationPlace, verifyRotation } from './verify-rotation.ts'

/** From which post-quantum key to which. */
export interface RotationPath extends RotationPlace {
  /** SHA-256 of the SubjectPublicKeyInfo that the reader pinned. */
  readonly pinned: Bytes32
  /** The one that the chain names. */
  readonly current: Bytes32
}

/**
 * The way from a pinned key to the current one, each step signed by the key before it; empty when they are one. Every step that
 * verifies is tried, so that a rotation to a key that was lost, a forged one, or one that cannot be read, closes no other way.
 *
 * @throws PqError `PQ_KEY_NOT_PINNED` when no way leads there
 */
export function followRotations(
  rotations: readonly Rotation[],
  { pinned, current, ...place }: RotationPath,
  options: VerifyHybridOptions = {},
): readonly RotationStatement[] {
  const wanted = current.toLowerCase()
  const ways = new Map<string, readonly RotationStatement[]>([[pinned.toLowerCase(), []]])
  // Keys that are found on the way are visited by the same loop.
  for (const [key, way] of ways) {
    if (key === wanted) return way
    for (const rotation of rotations) {
      const statement = verified(rotation, { ...place, pqKeyHash: key as Bytes32 }, options)
      const next = statement?.to.pqKeyHash
      if (statement && next && !ways.has(next)) ways.set(next, [...way, statement])
    }
  }
  throw new PqError(
    'PQ_KEY_NOT_PINNED',
    `The chain names the release key ${current}; the pinned key ${pinned} ${ways.size === 1 ? 'names no other' : `leads to ${[...ways.keys()].slice(1).join(', ')}`}. A release of before the pinned key may be live again, or somebody with the owner's key exchanged it: ask the operator of ${place.domain} before you pin another.`,
  )
}

/** `undefined` for one that does not verify: whoever writes the list could put one in. */
function verified(...[rotation, from, options]: Parameters<typeof verifyRotation>): RotationStatement | undefined {
  try {
    return verifyRotation(rotation, from, options)
  } catch {
    return undefined
  }
}
