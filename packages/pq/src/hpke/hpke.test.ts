import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { hpkeSuite as nodeSuite } from '../node/hpke-suite.ts'
import { type HpkeKemName, hpkeSuite } from './hpke-suite.ts'
import { openWith } from './open-with.ts'
import { generateRecipientKey, type RecipientKey } from './recipient-key.ts'
import { type Sealed, sealTo } from './seal-to.ts'

const LENGTHS = { 'MLKEM1024-P384': 1665, 'ML-KEM-1024': 1568 }
const names: HpkeKemName[] = ['MLKEM1024-P384', 'ML-KEM-1024']
const makers = { portable: hpkeSuite, "Node's": nodeSuite }
const suites = names.flatMap((name) =>
  Object.entries(makers).map(([which, make]) => ({ name, which, suite: make(name), peer: hpkeSuite(name) })),
)
const coded = (code: string) => expect.objectContaining({ code })
const plaintext = utf8ToBytes('a data key')
const info = utf8ToBytes('domainsync vault 1')
const aad = utf8ToBytes('example.test')

describe.each(suites)('HPKE with $name, $which', ({ name, suite, peer }) => {
  let key: RecipientKey
  let sealed: Sealed

  beforeAll(async () => {
    key = await generateRecipientKey(suite)
    sealed = await sealTo(key.publicKey, { suite, plaintext, info, aad })
  })

  it('opens what it sealed', async () => {
    expect(await openWith(key.seed, { suite, ...sealed, info, aad })).toEqual(plaintext)
  })

  it('gives the same key for a seed and opens what the portable one sealed, and the other way round', async () => {
    expect(await generateRecipientKey(peer, key.seed)).toEqual(key)
    const theirs = await sealTo(key.publicKey, { suite: peer, plaintext, info, aad })
    expect(await openWith(key.seed, { suite, ...theirs, info, aad })).toEqual(plaintext)
    expect(await openWith(key.seed, { suite: peer, ...sealed, info, aad })).toEqual(plaintext)
  })

  it('has keys and outputs of one size each, that nothing else shares', () => {
    expect(key.seed).toHaveLength(32)
    expect(key.publicKey).toHaveLength(LENGTHS[name])
    expect(sealed.encapsulated).toHaveLength(LENGTHS[name])
    expect(sealed.ciphertext).toHaveLength(plaintext.length + 16)
    for (const bytes of [key.seed, key.publicKey, sealed.encapsulated, sealed.ciphertext]) {
      expect(bytes.constructor).toBe(Uint8Array)
      expect(bytes.byteLength).toBe(bytes.buffer.byteLength)
    }
  })

  it('never seals the same twice', async () => {
    const again = await sealTo(key.publicKey, { suite, plaintext, info, aad })
    expect(again.encapsulated).not.toEqual(sealed.encapsulated)
    expect(again.ciphertext).not.toEqual(sealed.ciphertext)
  })

  it('seals nothing at all, too', async () => {
    const empty = await sealTo(key.publicKey, { suite, plaintext: new Uint8Array() })
    expect(await openWith(key.seed, { suite, ...empty })).toEqual(new Uint8Array())
  })

  it('does not open with another key, info or associated data', async () => {
    const other = (await generateRecipientKey(suite)).seed
    const wrong = [
      () => openWith(other, { suite, ...sealed, info, aad }),
      () => openWith(key.seed, { suite, ...sealed, info: aad, aad }),
      () => openWith(key.seed, { suite, ...sealed, info, aad: info }),
      () => openWith(key.seed, { suite, ...sealed, aad }),
      () => openWith(key.seed, { suite, ...sealed, info }),
    ]
    for (const open of wrong) await expect(open()).rejects.toThrow(coded('HPKE_OPEN_FAILED'))
  })

  it('notices any change of what was sealed', async () => {
    const field = fc.constantFrom('encapsulated' as const, 'ciphertext' as const)
    await fc.assert(
      fc.asyncProperty(field, fc.nat(), fc.integer({ min: 1, max: 255 }), async (part, place, mask) => {
        const changed = sealed[part].slice()
        changed[place % changed.length]! ^= mask
        await expect(openWith(key.seed, { suite, ...sealed, [part]: changed, info, aad })).rejects.toThrow(
          coded('HPKE_OPEN_FAILED'),
        )
      }),
      { numRuns: 40 },
    )
  })

  it.each([0, 1, 15, 1567, 1569, 1664, 1666])('does not open %i bytes of either part', async (length) => {
    for (const part of ['encapsulated', 'ciphertext']) {
      const wrong = { suite, ...sealed, [part]: new Uint8Array(length), info, aad }
      await expect(openWith(key.seed, wrong), part).rejects.toThrow(coded('HPKE_OPEN_FAILED'))
    }
  })

  it('does not seal to bytes that are no key', async () => {
    const wrong = [
      new Uint8Array(),
      key.publicKey.slice(1),
      new Uint8Array([...key.publicKey, 0]),
      key.publicKey.map((byte, at) => (at < 60 ? 255 : byte)),
      ...(name === 'MLKEM1024-P384' ? [key.publicKey.map((byte, at) => (at < 1568 ? byte : 255))] : []),
    ]
    for (const publicKey of wrong) {
      await expect(sealTo(publicKey, { suite, plaintext })).rejects.toThrow(coded('HPKE_KEY_MALFORMED'))
    }
  })

  it.each([0, 31, 33, 64])('has no seed of %i bytes', async (length) => {
    const seed = new Uint8Array(length)
    await expect(generateRecipientKey(suite, seed)).rejects.toThrow(coded('PQ_SEED_LENGTH'))
    await expect(openWith(seed, { suite, ...sealed })).rejects.toThrow(coded('PQ_SEED_LENGTH'))
  })

  it('does not make a key from a weak seed', async () => {
    await expect(generateRecipientKey(suite, new Uint8Array(32))).rejects.toThrow(coded('PQ_SEED_WEAK'))
  })

  it('takes bytes only, and does not repeat what it was given', async () => {
    const text = bytesToHex(key.seed) as unknown as Uint8Array
    const wrong = [
      () => generateRecipientKey(suite, text),
      () => openWith(text, { suite, ...sealed }),
      () => openWith(key.seed, { suite, ...sealed, aad: text }),
      () => openWith(key.seed, { suite, ...sealed, ciphertext: text }),
      () => sealTo(key.publicKey, { suite, plaintext: text }),
      () => sealTo(key.publicKey, { suite, plaintext, info: text }),
      () => sealTo(text, { suite, plaintext }),
    ]
    for (const misused of wrong) {
      const error = await misused().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'PQ_INPUT_TYPE', message: expect.not.stringContaining(`${text}`) })
    }
  })
})

describe('HPKE', () => {
  it('has unrelated keys of one seed in different suites', async () => {
    const { seed, publicKey } = await generateRecipientKey(hpkeSuite('ML-KEM-1024'))
    const hybrid = await generateRecipientKey(hpkeSuite('MLKEM1024-P384'), seed)
    expect(hybrid.publicKey.subarray(0, 1568)).not.toEqual(publicKey)
  })

  it.each(['', 'ML-KEM-768', 'toString', '__proto__'])('has no suite %j', (name) => {
    for (const make of Object.values(makers)) {
      expect(() => make(name as HpkeKemName)).toThrow(coded('HPKE_SUITE_UNKNOWN'))
    }
  })

  it('says nothing on the console in Node', async () => {
    const warnings: Error[] = []
    const keep = (warning: Error) => warnings.push(warning)
    process.on('warning', keep)
    const suite = nodeSuite('MLKEM1024-P384')
    const { publicKey, seed } = await generateRecipientKey(suite)
    await openWith(seed, { suite, ...(await sealTo(publicKey, { suite, plaintext })) })
    await new Promise(setImmediate)
    process.off('warning', keep)
    expect(warnings).toEqual([])
  })
})
