import { ML_DSA_CONTEXT_MAX_BYTES, ML_DSA_PUBLIC_KEY_BYTES, ML_DSA_SEED_BYTES, type MlDsaClaim } from './ml-dsa.ts'
import { PqError } from './pq-error.ts'

/** Refuses what the implementations would each refuse in their own words. */
export function checkClaim({ publicKey, context }: MlDsaClaim): void {
  if (publicKey.length !== ML_DSA_PUBLIC_KEY_BYTES) {
    throw new PqError(
      'PQ_KEY_MALFORMED',
      `An ML-DSA-87 public key has ${ML_DSA_PUBLIC_KEY_BYTES} bytes; this one has ${publicKey.length}.`,
    )
  }
  if (context !== undefined && context.length > ML_DSA_CONTEXT_MAX_BYTES) {
    throw new PqError(
      'PQ_CONTEXT_LENGTH',
      `An ML-DSA context has at most ${ML_DSA_CONTEXT_MAX_BYTES} bytes; this one has ${context.length}.`,
    )
  }
}

/** @throws PqError `PQ_SEED_LENGTH` */
export function checkSeed(seed: Uint8Array): void {
  if (seed.length === ML_DSA_SEED_BYTES) return
  throw new PqError('PQ_SEED_LENGTH', `An ML-DSA seed has ${ML_DSA_SEED_BYTES} bytes; this one has ${seed.length}.`)
}
