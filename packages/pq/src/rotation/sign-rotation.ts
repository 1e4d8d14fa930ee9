import type { Address } from '@domainsync/core'
import { type HybridSigner, signHybrid } from '../sign-hybrid.ts'
import { spkiHash } from '../spki.ts'
import type { VerifyHybridOptions } from '../verify-hybrid.ts'
import { rotationEnvelope } from './rotation-document.ts'
import type { Rotation } from './rotation-file.ts'
import { encodeRotationStatement, type RotationStatement } from './rotation-statement.ts'
import { verifyRotation } from './verify-rotation.ts'

/** What {@link signRotation} signs: `from` are the keys that sign. */
export interface SignRotationInput extends HybridSigner {
  readonly statement: Omit<RotationStatement, 'from'>
}

/**
 * The statement that readers who pinned the old keys follow to the new ones, signed by both old keys. It was verified before it
 * is returned.
 *
 * @throws PqError `SIGNER_SIGNATURE_INVALID`, `PQ_SIGNATURE_INVALID` when a key does not sign as it says
 */
export async function signRotation(
  { statement, pq, signer }: SignRotationInput,
  { signal, ...options }: VerifyHybridOptions & { signal?: AbortSignal | undefined } = {},
): Promise<Rotation> {
  const from = { pqKeyHash: spkiHash(pq.spki), signer: signer.address.toLowerCase() as Address }
  const payload = encodeRotationStatement({ ...statement, from })
  const envelope = await signHybrid({ ...rotationEnvelope(statement), payload }, { pq, signer, signal })
  const rotation = { envelope, spki: pq.spki }
  verifyRotation(rotation, { ...statement, pqKeyHash: from.pqKeyHash }, options)
  return rotation
}
