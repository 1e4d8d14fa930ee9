import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ML_DSA_SIGNATURE_BYTES } from './ml-dsa.ts'
import { nobleMlDsa } from './noble-ml-dsa.ts'
import { nativeMlDsa } from './node/native-ml-dsa.ts'

const backends = [nobleMlDsa, nativeMlDsa]
const seed = new Uint8Array(32).fill(7)
const message = new TextEncoder().encode('a release')

describe.each(backends)('ML-DSA-87 of $name', (backend) => {
  const signer = backend.signer(seed)
  const { publicKey } = signer

  it('signs what it verifies, and nothing else', async () => {
    const signature = await signer.sign(message)
    expect(signature).toHaveLength(ML_DSA_SIGNATURE_BYTES)
    expect(backend.verify(signature, { message, publicKey })).toBe(true)
    expect(backend.verify(signature, { message, publicKey, context: new Uint8Array(0) })).toBe(true)
    expect(backend.verify(signature, { message, publicKey, context: new Uint8Array(1) })).toBe(false)
    expect(backend.verify(signature, { message: message.subarray(1), publicKey })).toBe(false)
    const other = backend.signer(new Uint8Array(32).fill(8)).publicKey
    expect(backend.verify(signature, { message, publicKey: other })).toBe(false)
  })

  it('hedges: two signatures of one message differ', async () => {
    expect(await signer.sign(message)).not.toEqual(await signer.sign(message))
  })

  it('gives plain bytes that nothing else shares', async () => {
    for (const bytes of [signer.publicKey, signer.spki, await signer.sign(message)]) {
      expect(bytes.constructor).toBe(Uint8Array)
      expect(bytes.byteLength).toBe(bytes.buffer.byteLength)
    }
  })

  it.each([0, 1, 4626, 4628, 9254])('takes a signature of %i bytes for false, not for an error', (length) => {
    expect(backend.verify(new Uint8Array(length), { message, publicKey })).toBe(false)
  })

  it.each([0, 1, 2591, 2593, 2614])('refuses a public key of %i bytes', (length) => {
    const claim = { message, publicKey: new Uint8Array(length) }
    expect(() => backend.verify(new Uint8Array(ML_DSA_SIGNATURE_BYTES), claim)).toThrow(
      expect.objectContaining({ code: 'PQ_KEY_MALFORMED' }),
    )
  })

  it.each([0, 31, 33, 64])('refuses a seed of %i bytes', (length) => {
    expect(() => backend.signer(new Uint8Array(length))).toThrow(expect.objectContaining({ code: 'PQ_SEED_LENGTH' }))
  })

  it('refuses a context of 256 bytes', () => {
    const claim = { message, publicKey, context: new Uint8Array(256) }
    expect(() => backend.verify(new Uint8Array(ML_DSA_SIGNATURE_BYTES), claim)).toThrow(
      expect.objectContaining({ code: 'PQ_CONTEXT_LENGTH' }),
    )
  })

  it.each([null, undefined, 'text', [1, 2], {}, new ArrayBuffer(32), new Uint16Array(16)])(
    'refuses what are no bytes: %o',
    async (value) => {
      const wrong = value as Uint8Array
      const refused = expect.objectContaining({ code: 'PQ_INPUT_TYPE' })
      const signature = new Uint8Array(ML_DSA_SIGNATURE_BYTES)
      expect(() => backend.signer(wrong)).toThrow(refused)
      expect(() => backend.verify(wrong, { message, publicKey })).toThrow(refused)
      expect(() => backend.verify(signature, { message: wrong, publicKey })).toThrow(refused)
      expect(() => backend.verify(signature, { message, publicKey: wrong })).toThrow(refused)
      await expect(signer.sign(wrong)).rejects.toThrow(refused)
    },
  )

  it('tells keys apart however many it has met, and when their bytes change in place', async () => {
    const signers = Array.from({ length: 10 }, (_, n) => backend.signer(new Uint8Array(32).fill(n)))
    const signatures = await Promise.all(signers.map(({ sign }) => sign(message)))
    const place = new Uint8Array(publicKey.length)
    for (const n of [...signers.keys(), ...[...signers.keys()].reverse()]) {
      place.set(signers[n]!.publicKey)
      expect(backend.verify(signatures[n]!, { message, publicKey: place })).toBe(true)
      expect(backend.verify(signatures[(n + 1) % 10]!, { message, publicKey: place })).toBe(false)
    }
  })

  it('notices one flipped bit anywhere in signature, message or key', async () => {
    const signature = await signer.sign(message)
    const inputs = { signature, message, publicKey }
    const regions = (['signature', 'message', 'publicKey'] as const).flatMap((field) => {
      const { length } = inputs[field]
      return [0, 1, 31, 32, 63, 64, 65, length >> 2, length >> 1, length - 84, length - 83, length - 8, length - 1]
        .filter((at) => at >= 0 && at < length)
        .map((at) => ({ field, at }))
    })
    for (const { field, at } of regions) {
      const changed = inputs[field].slice()
      changed[at]! ^= 1
      const { signature: sig, ...claim } = { ...inputs, [field]: changed }
      expect({ field, at, accepted: backend.verify(sig, claim) }).toEqual({ field, at, accepted: false })
    }
  })
})

describe('the two implementations', () => {
  it('give the same key for a seed and accept each other', async () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
    await fc.assert(
      fc.asyncProperty(bytes, fc.uint8Array({ maxLength: 300 }), async (anySeed, anyMessage) => {
        const [noble, native] = [nobleMlDsa.signer(anySeed), nativeMlDsa.signer(anySeed)]
        expect({ ...noble, sign: 0 }).toEqual({ ...native, sign: 0 })
        const claim = { message: anyMessage, publicKey: noble.publicKey }
        expect(nativeMlDsa.verify(await noble.sign(anyMessage), claim)).toBe(true)
        expect(nobleMlDsa.verify(await native.sign(anyMessage), claim)).toBe(true)
      }),
      { numRuns: 25 },
    )
  })

  it('refuse the same changed signatures', async () => {
    const signer = nativeMlDsa.signer(seed)
    const signature = await signer.sign(message)
    fc.assert(
      fc.property(fc.nat(ML_DSA_SIGNATURE_BYTES - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = signature.slice()
        changed[at]! ^= mask
        for (const { verify } of backends) expect(verify(changed, { message, publicKey: signer.publicKey })).toBe(false)
      }),
      { numRuns: 60 },
    )
  })
})
