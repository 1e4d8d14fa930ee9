import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA512 } from 'hpke'
import { PqError } from '../pq-error.ts'
import { type KemBackend, nobleKem } from './kem-backend.ts'
import { kemFactory, type RawKey } from './kem-factory.ts'
import type { KemScheme } from './kem-scheme.ts'
import { mlKem1024 } from './ml-kem-1024.ts'
import { mlKem1024P384 } from './ml-kem-1024-p384.ts'

/** The KEMs of {@link hpkeSuite}, by their names in HPKE: the hybrid one, and the pure one for those who must. */
export type HpkeKemName = 'MLKEM1024-P384' | 'ML-KEM-1024'

/** A way to encrypt to a recipient (RFC 9180, base mode): a KEM with HKDF-SHA512 and AES-256-GCM. */
export interface HpkeSuite {
  readonly name: HpkeKemName
  /** Lengths of the recipient's public key and of what is sent in front of a ciphertext: 1,665 bytes, or 1,568. */
  readonly kem: KemScheme
  readonly cipher: CipherSuite<RawKey>
}

const SCHEMES: Record<HpkeKemName, (backend: KemBackend) => KemScheme> = {
  'MLKEM1024-P384': mlKem1024P384,
  'ML-KEM-1024': mlKem1024,
}

/**
 * The suite of a KEM, in JavaScript unless told otherwise.
 *
 * @throws PqError `HPKE_SUITE_UNKNOWN` for any other name, as a file may hold
 */
export function hpkeSuite(name: HpkeKemName, { backend = nobleKem }: { backend?: KemBackend } = {}): HpkeSuite {
  if (!Object.hasOwn(SCHEMES, name)) {
    const known = Object.keys(SCHEMES).join(' and ')
    throw new PqError('HPKE_SUITE_UNKNOWN', `There is no suite ${JSON.stringify(name)} here; there are ${known}.`)
  }
  const kem = SCHEMES[name](backend)
  return { name, kem, cipher: new CipherSuite(kemFactory(kem), KDF_HKDF_SHA512, AEAD_AES_256_GCM) }
}
