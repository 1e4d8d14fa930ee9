import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { ml_kem1024_p384 } from '@noble/post-quantum/hybrid.js'
import { ml_kem1024 } from '@noble/post-quantum/ml-kem.js'
import * as hpke from 'hpke'
import { expect, it } from 'vitest'
import { derivePrivateKey } from '../../hpke/derive-private-key.ts'
import { nobleKem } from '../../hpke/kem-backend.ts'
import { kemFactory } from '../../hpke/kem-factory.ts'
import { mlKem1024 } from '../../hpke/ml-kem-1024.ts'
import { mlKem1024P384 } from '../../hpke/ml-kem-1024-p384.ts'
import { nativeMlKem } from '../../node/native-ml-kem.ts'
import { nativeP384 } from '../../node/native-p384.ts'
import { describeVectors } from './describe-vectors.ts'
import type { Ledger } from './ledger.ts'

const FILE = 'hpke-pq'

/** A case of draft-ietf-hpke-pq's vectors. */
interface HpkeVector {
  readonly mode: number
  readonly kem_id: number
  readonly kdf_id: number
  readonly aead_id: number
  readonly info: string
  /** The randomness of the encapsulation. */
  readonly ikmE: string
  /** What the recipient's key is derived from. */
  readonly ikmR: string
  readonly skRm: string
  readonly pkRm: string
  readonly enc: string
  readonly shared_secret: string
  readonly encryptions: readonly { readonly aad: string; readonly ct: string; readonly pt: string }[]
  readonly exports: readonly {
    readonly exporter_context: string
    readonly L: number
    readonly exported_value: string
  }[]
}

const KDFS: Record<number, hpke.KDFFactory> = { 2: hpke.KDF_HKDF_SHA384, 19: hpke.KDF_TurboSHAKE256 }
const AEADS: Record<number, hpke.AEADFactory> = { 1: hpke.AEAD_AES_128_GCM, 2: hpke.AEAD_AES_256_GCM }
const schemes = { 66: mlKem1024, 81: mlKem1024P384 }
const backends = [
  { name: 'noble', backend: nobleKem },
  { name: 'native', backend: { mlKem: nativeMlKem, p384: nativeP384 } },
]

/** All published vectors of the KEMs in use; the file has others, too. */
export function hpkeVectors(ledger: Ledger): void {
  describeVectors<HpkeVector[]>(FILE, (vectors) => {
    const cases = vectors.map((vector, tcId) => ({ ...vector, tcId }))
    const account = ledger.open(FILE, { cases, computers: backends.map(({ name }) => name) })
    const tests = cases.filter(({ kem_id }) => Object.hasOwn(schemes, kem_id))
    const schemeOf = (id: number) => schemes[id as keyof typeof schemes]

    it.each(backends)(
      'all 3 cases of the 2 KEMs: keys, shared secrets, 30 openings, 15 exports: $name',
      async ({ name, backend }) => {
        expect(tests).toHaveLength(3)
        const counted = { openings: 0, exports: 0 }
        for (const { mode, kem_id, kdf_id, aead_id, ...test } of tests) {
          expect(mode).toBe(0)
          const kem = schemeOf(kem_id)(backend)
          const privateKey = await derivePrivateKey(kem, hexToBytes(test.ikmR))
          expect(bytesToHex(privateKey)).toBe(test.skRm)
          const recipient = kem.decapsulator(privateKey)
          expect(bytesToHex(recipient.publicKey)).toBe(test.pkRm)
          const enc = hexToBytes(test.enc)
          expect(bytesToHex(recipient.decapsulate(enc))).toBe(test.shared_secret)

          const suite = new hpke.CipherSuite(kemFactory(kem), KDFS[kdf_id]!, AEADS[aead_id]!)
          const key = await suite.DeserializePrivateKey(privateKey)
          const context = await suite.SetupRecipient(key, enc, { info: hexToBytes(test.info) })
          for (const { aad, ct, pt } of test.encryptions) {
            expect(bytesToHex(await context.Open(hexToBytes(ct), hexToBytes(aad)))).toBe(pt)
            counted.openings++
          }
          for (const { exporter_context, L, exported_value } of test.exports) {
            expect(bytesToHex(await context.Export(hexToBytes(exporter_context), L))).toBe(exported_value)
            counted.exports++
          }
        }
        expect(counted).toEqual({ openings: 30, exports: 15 })
        account.ran(name, 'keys of the seed, shared secret, openings, exports', tests)
        const others = cases.filter((test) => !tests.includes(test))
        expect(others).toHaveLength(10)
        account.leftOut(name, 'other KEMs', others)
      },
    )

    // Node draws its own randomness, and our own hybrid draws from either; this guards what noble's is checked by.
    it('all 3 encapsulations give their very bytes: noble', () => {
      for (const { kem_id, pkRm, ikmE, enc, shared_secret } of tests) {
        const { encapsulate } = kem_id === 0x42 ? ml_kem1024 : ml_kem1024_p384
        const { cipherText, sharedSecret } = encapsulate(hexToBytes(pkRm), hexToBytes(ikmE))
        expect(bytesToHex(cipherText)).toBe(enc)
        expect(bytesToHex(sharedSecret)).toBe(shared_secret)
      }
      account.ran('noble', 'encapsulation byte for byte', tests)
    })
  })
}
