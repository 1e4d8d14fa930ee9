import { describe, expect, it } from 'vitest'
import { nobleMlDsa } from './noble-ml-dsa.ts'
import { nativeMlDsa } from './node/native-ml-dsa.ts'
import { generateReleaseKey } from './release-key.ts'
import { randomSecret } from './test/key-file-fixture.ts'

describe('a release key', () => {
  it('is another one each time', () => {
    expect(generateReleaseKey().signer.keyId).not.toBe(generateReleaseKey().signer.keyId)
  })

  it('is the same from its seed, in either implementation', () => {
    const { seed, signer } = generateReleaseKey()
    expect(seed).toHaveLength(32)
    expect(generateReleaseKey(seed).signer.keyId).toBe(signer.keyId)
    expect(generateReleaseKey(seed, { backend: nativeMlDsa }).signer.keyId).toBe(signer.keyId)
  })

  it('keeps its own copy of the seed', () => {
    const given = randomSecret('a release key')
    const { seed, signer } = generateReleaseKey(given)
    given.fill(0)
    expect(generateReleaseKey(seed).signer.keyId).toBe(signer.keyId)
  })

  it.each([0, 31, 33])('is not made from a seed of %i bytes', (length) => {
    expect(() => generateReleaseKey(new Uint8Array(length))).toThrow(
      expect.objectContaining({ code: 'PQ_SEED_LENGTH' }),
    )
  })

  it('is not made from a seed that nobody drew, in either implementation', () => {
    const weak = new Uint8Array(32).fill(1)
    for (const backend of [nobleMlDsa, nativeMlDsa]) {
      expect(() => generateReleaseKey(weak, { backend })).toThrow(expect.objectContaining({ code: 'PQ_SEED_WEAK' }))
    }
  })
})
