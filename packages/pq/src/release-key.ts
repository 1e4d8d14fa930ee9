import { randomBytes } from '@noble/hashes/utils.js'
import { checkSeedStrength } from './check-seed-strength.ts'
import { ML_DSA_SEED_BYTES, type MlDsaBackend, type ReleaseSigner } from './ml-dsa.ts'
import { nobleMlDsa } from './noble-ml-dsa.ts'

/** A release key whose secret is in memory. */
export interface ReleaseKey {
  /** 32 bytes, secret: all that a key file keeps. */
  readonly seed: Uint8Array
  readonly signer: ReleaseSigner
}

/**
 * A new ML-DSA-87 key, or the one of a given seed.
 *
 * @throws PqError `PQ_INPUT_TYPE`, `PQ_SEED_LENGTH`, `PQ_SEED_WEAK`
 */
export function generateReleaseKey(
  seed: Uint8Array = randomBytes(ML_DSA_SEED_BYTES),
  { backend = nobleMlDsa }: { backend?: MlDsaBackend } = {},
): ReleaseKey {
  const signer = backend.signer(seed)
  checkSeedStrength(seed)
  return { seed: seed.slice(), signer }
}
