import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ML_DSA_PUBLIC_KEY_BYTES } from './ml-dsa.ts'
import { nobleMlDsa } from './noble-ml-dsa.ts'
import { nativeMlDsa } from './node/native-ml-dsa.ts'
import { decodeSpki, encodeSpki, SPKI_BYTES, spkiHash, spkiKeyId } from './spki.ts'

const malformed = expect.objectContaining({ code: 'PQ_KEY_MALFORMED' })
const { publicKey, spki, keyId } = nobleMlDsa.signer(new Uint8Array(32))

describe('the SubjectPublicKeyInfo of an ML-DSA-87 key', () => {
  it('is what OpenSSL writes: 2,614 bytes', () => {
    expect(SPKI_BYTES).toBe(2614)
    expect(spki).toEqual(nativeMlDsa.signer(new Uint8Array(32)).spki)
    expect(spki).toEqual(encodeSpki(publicKey))
  })

  it('gives back any key put into it', () => {
    const bytes = fc.uint8Array({ minLength: ML_DSA_PUBLIC_KEY_BYTES, maxLength: ML_DSA_PUBLIC_KEY_BYTES })
    fc.assert(
      fc.property(bytes, (key) => {
        expect(Buffer.compare(decodeSpki(encodeSpki(key)), key)).toBe(0)
      }),
    )
  })

  it.each([0, 22, 2591, 2593, 2614])('is not made of a key of %i bytes', (length) => {
    expect(() => encodeSpki(new Uint8Array(length))).toThrow(malformed)
  })

  it.each([0, 22, 2592, 2613, 2615])('is refused at %i bytes', (length) => {
    const changed = new Uint8Array(length)
    changed.set(spki.subarray(0, length))
    expect(() => decodeSpki(changed)).toThrow(malformed)
  })

  it('is refused with any other byte in its prefix', () => {
    fc.assert(
      fc.property(fc.nat(21), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = spki.slice()
        changed[at]! ^= mask
        expect(() => decodeSpki(changed)).toThrow(malformed)
      }),
    )
  })

  it('is named by its SHA-256, on chain and in an envelope', () => {
    const digest = createHash('sha256').update(spki).digest('hex')
    expect(spkiHash(spki)).toBe(`0x${digest}`)
    expect(spkiKeyId(spki)).toBe(digest)
    expect(keyId).toBe(digest)
  })
})
