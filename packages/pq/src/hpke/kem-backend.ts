import type { MlKemBackend } from '../ml-kem.ts'
import { nobleMlKem } from '../noble-ml-kem.ts'
import { nobleP384 } from '../noble-p384.ts'
import type { P384Backend } from '../p384.ts'

/** What a suite's KEM computes with. */
export interface KemBackend {
  readonly mlKem: MlKemBackend
  readonly p384: P384Backend
}

/** JavaScript throughout. */
export const nobleKem: KemBackend = { mlKem: nobleMlKem, p384: nobleP384 }
