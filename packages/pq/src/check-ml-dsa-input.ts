import { checkBytes } from './check-bytes.ts'
import { ML_DSA_CONTEXT_MAX_BYTES, ML_DSA_PUBLIC_KEY_BYTES, ML_DSA_SEED_BYTES, type MlDsaClaim } from './ml-dsa.ts'
import { PqError } from './pq-error.ts'

/** Of {@link MlDsaVerify}: its types, and every length but the signature's. */
export function checkVerifyInput(signature: Uint8Array, { message, publicKey, context }: MlDsaClaim): void {
  checkBytes(signature, { what: 'an ML-DSA-87 signature' })
  checkMessage(message)
  checkBytes(publicKey, { what: 'an ML-DSA-87 public key', length: ML_DSA_PUBLIC_KEY_BYTES })
  if (context === undefined) return
  checkBytes(context, { what: 'an ML-DSA context' })
  if (context.length > ML_DSA_CONTEXT_MAX_BYTES) {
    throw new PqError(
      'PQ_CONTEXT_LENGTH',
      `An ML-DSA context has at most ${ML_DSA_CONTEXT_MAX_BYTES} bytes; this one has ${context.length}.`,
    )
  }
}

/** @throws PqError `PQ_INPUT_TYPE` */
export function checkMessage(message: Uint8Array): void {
  checkBytes(message, { what: 'a message' })
}

/** @throws PqError `PQ_INPUT_TYPE`, `PQ_SEED_LENGTH` */
export function checkSeed(seed: Uint8Array): void {
  checkBytes(seed, { what: 'an ML-DSA seed', length: ML_DSA_SEED_BYTES, code: 'PQ_SEED_LENGTH' })
}
