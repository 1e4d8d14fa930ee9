import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ML_KEM_CIPHERTEXT_BYTES,
  ML_KEM_ENCAPSULATION_KEY_BYTES,
  ML_KEM_SEED_BYTES,
  ML_KEM_SHARED_SECRET_BYTES,
} from './ml-kem.ts'
import { nobleMlKem } from './noble-ml-kem.ts'
import { nativeMlKem } from './node/native-ml-kem.ts'

const backends = [nobleMlKem, nativeMlKem]
const coded = (code: string) => expect.objectContaining({ code })
const seed = new Uint8Array(ML_KEM_SEED_BYTES).fill(7)

describe.each(backends)('ML-KEM-1024 of $name', (backend) => {
  const { encapsulationKey, decapsulate } = backend.decapsulator(seed)

  it('gives both sides the same secret, and another each time', () => {
    const [one, two] = [backend.encapsulate(encapsulationKey), backend.encapsulate(encapsulationKey)]
    expect(decapsulate(one.ciphertext)).toEqual(one.sharedSecret)
    expect(decapsulate(two.ciphertext)).toEqual(two.sharedSecret)
    expect(one.sharedSecret).not.toEqual(two.sharedSecret)
    expect(one.ciphertext).not.toEqual(two.ciphertext)
  })

  it('gives bytes of one size each, that nothing else shares', () => {
    const { sharedSecret, ciphertext } = backend.encapsulate(encapsulationKey)
    const opened = decapsulate(ciphertext)
    const lengths = [encapsulationKey, ciphertext, sharedSecret, opened].map(({ length }) => length)
    expect(lengths).toEqual([
      ML_KEM_ENCAPSULATION_KEY_BYTES,
      ML_KEM_CIPHERTEXT_BYTES,
      ML_KEM_SHARED_SECRET_BYTES,
      ML_KEM_SHARED_SECRET_BYTES,
    ])
    for (const bytes of [encapsulationKey, ciphertext, sharedSecret, opened]) {
      expect(bytes.constructor).toBe(Uint8Array)
      expect(bytes.byteLength).toBe(bytes.buffer.byteLength)
    }
  })

  it('keeps its secret when a caller overwrites what it was given', () => {
    const given = seed.slice()
    const mine = backend.decapsulator(given)
    given.fill(0)
    mine.encapsulationKey.fill(0)
    const { sharedSecret, ciphertext } = backend.encapsulate(encapsulationKey)
    mine.decapsulate(ciphertext).fill(0)
    expect(mine.decapsulate(ciphertext)).toEqual(sharedSecret)
  })

  it('gives a changed ciphertext another secret, the same one each time (implicit rejection)', () => {
    const { sharedSecret, ciphertext } = backend.encapsulate(encapsulationKey)
    fc.assert(
      fc.property(fc.nat(ML_KEM_CIPHERTEXT_BYTES - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = ciphertext.slice()
        changed[at]! ^= mask
        const rejected = decapsulate(changed)
        expect(rejected).toHaveLength(ML_KEM_SHARED_SECRET_BYTES)
        expect(rejected).not.toEqual(sharedSecret)
        expect(decapsulate(changed)).toEqual(rejected)
      }),
      { numRuns: 40 },
    )
  })

  it.each([0, 1, 32, 1567, 1569, 3136])('refuses a ciphertext of %i bytes', (length) => {
    expect(() => decapsulate(new Uint8Array(length))).toThrow(coded('PQ_CIPHERTEXT_LENGTH'))
  })

  it.each([0, 1184, 1567, 1569])('refuses an encapsulation key of %i bytes', (length) => {
    expect(() => backend.encapsulate(new Uint8Array(length))).toThrow(coded('PQ_KEY_MALFORMED'))
  })

  it('refuses an encapsulation key with a number that is not below the modulus', () => {
    const wrong = encapsulationKey.slice()
    wrong.fill(0xff, 0, 3)
    expect(() => backend.encapsulate(wrong)).toThrow(coded('PQ_KEY_MALFORMED'))
  })

  it.each([0, 32, 63, 65])('refuses a seed of %i bytes', (length) => {
    expect(() => backend.decapsulator(new Uint8Array(length))).toThrow(coded('PQ_SEED_LENGTH'))
  })

  it.each([null, undefined, 'text', 1568, [1, 2], {}, new ArrayBuffer(1568), new Uint16Array(1568)])(
    'refuses what are no bytes: %o',
    (value) => {
      const wrong = value as Uint8Array
      expect(() => backend.encapsulate(wrong)).toThrow(coded('PQ_INPUT_TYPE'))
      expect(() => backend.decapsulator(wrong)).toThrow(coded('PQ_INPUT_TYPE'))
      expect(() => decapsulate(wrong)).toThrow(coded('PQ_INPUT_TYPE'))
    },
  )
})

describe('the two implementations', () => {
  it('give the same key for a seed and open what the other encapsulated', () => {
    const bytes = fc.uint8Array({ minLength: ML_KEM_SEED_BYTES, maxLength: ML_KEM_SEED_BYTES })
    fc.assert(
      fc.property(bytes, (anySeed) => {
        const [noble, native] = [nobleMlKem.decapsulator(anySeed), nativeMlKem.decapsulator(anySeed)]
        expect(noble.encapsulationKey).toEqual(native.encapsulationKey)
        for (const { encapsulate } of backends) {
          const { sharedSecret, ciphertext } = encapsulate(noble.encapsulationKey)
          expect(noble.decapsulate(ciphertext)).toEqual(sharedSecret)
          expect(native.decapsulate(ciphertext)).toEqual(sharedSecret)
        }
      }),
      { numRuns: 25 },
    )
  })

  it('reject a changed ciphertext with the same secret', () => {
    const [noble, native] = [nobleMlKem.decapsulator(seed), nativeMlKem.decapsulator(seed)]
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1568, maxLength: 1568 }), (ciphertext) => {
        expect(noble.decapsulate(ciphertext)).toEqual(native.decapsulate(ciphertext))
      }),
      { numRuns: 25 },
    )
  })
})
