import { createCipheriv, createDecipheriv } from 'node:crypto'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { AEAD_AES_256_GCM } from 'hpke'
import { expect, it } from 'vitest'
import { describeVectors } from './describe-vectors.ts'
import type { Ledger } from './ledger.ts'
import { type WycheproofVectors, wycheproofTests } from './wycheproof.ts'

const FILE = 'wycheproof.aes_gcm_test'
const TAG_BYTES = 16

interface AesGcmTest {
  readonly key: string
  readonly iv: string
  readonly aad: string
  readonly msg: string
  readonly ct: string
  readonly tag: string
}

interface Inputs {
  readonly key: Uint8Array
  readonly iv: Uint8Array
  readonly aad: Uint8Array
}

/** One of the AES-256-GCMs in use: seals to a ciphertext with its tag behind, opens or throws. */
interface AesGcm {
  readonly name: string
  /** Beside 96 bits, the only length in use. */
  readonly takesIv: (bits: number) => boolean
  seal(plaintext: Uint8Array, inputs: Inputs): Promise<Uint8Array>
  open(sealed: Uint8Array, inputs: Inputs): Promise<Uint8Array>
}

/** What key files use. */
const nodeGcm: AesGcm = {
  name: 'node:crypto',
  takesIv: (bits) => bits <= 1024,
  async seal(plaintext, { key, iv, aad }) {
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(aad)
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  },
  async open(sealed, { key, iv, aad }) {
    const body = sealed.length - TAG_BYTES
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(aad)
    decipher.setAuthTag(sealed.subarray(body))
    return Buffer.concat([decipher.update(sealed.subarray(0, body)), decipher.final()])
  },
}

/** What HPKE uses, in Node and in browsers. */
const webGcm: AesGcm = {
  name: 'WebCrypto',
  takesIv: (bits) => bits >= 96 && bits <= 1024,
  seal: (plaintext, { key, iv, aad }) => AEAD_AES_256_GCM().Seal(key, iv, aad, plaintext),
  open: (sealed, { key, iv, aad }) => AEAD_AES_256_GCM().Open(key, iv, aad, sealed),
}

/** All published vectors of AES-256-GCM. */
export function aesGcmVectors(ledger: Ledger): void {
  describeVectors<WycheproofVectors<AesGcmTest, { ivSize: number }>>(FILE, (vectors) => {
    const tests = wycheproofTests(vectors)
    const gcms = [nodeGcm, webGcm]
    const account = ledger.open(FILE, { cases: tests, computers: gcms.map(({ name }) => name) })

    it.each(gcms)(
      'all 66 cases with 96-bit IVs, and those with others, are judged as published: $name',
      async (gcm) => {
        const cases = tests.filter(({ group }) => gcm.takesIv(group.ivSize))
        for (const { tcId, result, key, iv, aad, msg, ct, tag } of cases) {
          const inputs = { key: hexToBytes(key), iv: hexToBytes(iv), aad: hexToBytes(aad) }
          const open = () => gcm.open(hexToBytes(ct + tag), inputs)
          if (result === 'invalid') {
            await expect(open(), `tcId ${tcId}`).rejects.toThrow()
            continue
          }
          expect(bytesToHex(await open()), `tcId ${tcId}`).toBe(msg)
          expect(bytesToHex(await gcm.seal(hexToBytes(msg), inputs)), `tcId ${tcId}`).toBe(ct + tag)
        }
        const standard = cases.filter(({ group }) => group.ivSize === 96)
        expect(standard).toHaveLength(66)
        account.ran(gcm.name, 'sealed and opened, or refused', standard)
        const others = cases.filter((test) => !standard.includes(test))
        account.ran(gcm.name, 'sealed and opened, or refused: IVs of other lengths, which are not used here', others)
        const rest = tests.filter((test) => !cases.includes(test))
        account.leftOut(gcm.name, 'IVs of lengths that it does not take, and that are not used here', rest)
        expect([others.length, rest.length]).toEqual(gcm === nodeGcm ? [38, 1] : [24, 15])
      },
    )
  })
}
