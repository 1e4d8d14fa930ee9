import { randomBytes } from '@noble/hashes/utils.js'
import { checkBytes } from '../check-bytes.ts'
import { checkSeedStrength } from '../check-seed-strength.ts'
import { derivePrivateKey } from './derive-private-key.ts'
import type { HpkeSuite } from './hpke-suite.ts'

/** Bytes of a recipient's seed. */
export const RECIPIENT_SEED_BYTES = 32

/** A recipient's key whose secret is in memory. */
export interface RecipientKey {
  /** 32 bytes, secret: all that a key file keeps. The input keying material of HPKE's `DeriveKeyPair` (RFC 9180 §7.1.3). */
  readonly seed: Uint8Array
  /** 1,665 bytes of the hybrid KEM, 1,568 of the pure one. */
  readonly publicKey: Uint8Array
}

/**
 * A new recipient's key, or the one of a given seed. One seed gives unrelated keys in different suites.
 *
 * @throws PqError `PQ_INPUT_TYPE`, `PQ_SEED_LENGTH`, `PQ_SEED_WEAK`
 */
export async function generateRecipientKey(
  { kem }: HpkeSuite,
  seed: Uint8Array = randomBytes(RECIPIENT_SEED_BYTES),
): Promise<RecipientKey> {
  checkRecipientSeed(seed)
  checkSeedStrength(seed)
  const kept = seed.slice()
  const { publicKey } = kem.decapsulator(await derivePrivateKey(kem, kept))
  return { seed: kept, publicKey }
}

/** @throws PqError `PQ_INPUT_TYPE`, `PQ_SEED_LENGTH` */
export function checkRecipientSeed(seed: Uint8Array): void {
  checkBytes(seed, { what: "a recipient's seed", length: RECIPIENT_SEED_BYTES, code: 'PQ_SEED_LENGTH' })
}
