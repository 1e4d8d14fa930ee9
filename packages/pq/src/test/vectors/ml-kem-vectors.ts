import { createPrivateKey, decapsulate, type KeyObject } from 'node:crypto'
import { errorCode } from '@domainsync/core'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { ml_kem1024 } from '@noble/post-quantum/ml-kem.js'
import { expect, it } from 'vitest'
import { ML_KEM_ENCAPSULATION_KEY_BYTES, ML_KEM_SEED_BYTES } from '../../ml-kem.ts'
import { nobleMlKem } from '../../noble-ml-kem.ts'
import { nativeMlKem } from '../../node/native-ml-kem.ts'
import { type AcvpVectors, acvpTests } from './acvp.ts'
import { describeVectors } from './describe-vectors.ts'
import type { Ledger } from './ledger.ts'
import { type WycheproofVectors, wycheproofTests } from './wycheproof.ts'

const backends = [nobleMlKem, nativeMlKem]
const computers = backends.map(({ name }) => name)
/** Said of Node in the table, where noble does more. */
const OWN_RANDOMNESS: Record<string, string> = { native: '; Node encapsulates from randomness of its own only' }
const coded = (code: string) => expect.objectContaining({ code })

/** All published vectors of ML-KEM-1024. */
export function mlKemVectors(ledger: Ledger): void {
  keyGen(ledger, 'ML-KEM-keyGen-FIPS203.ML-KEM-1024')
  encapDecap(ledger, 'ML-KEM-encapDecap-FIPS203.ML-KEM-1024')
  wycheproofKeyGen(ledger, 'wycheproof.mlkem_1024_keygen_seed_test')
  wycheproofSeed(ledger, 'wycheproof.mlkem_1024_test')
  wycheproofEncaps(ledger, 'wycheproof.mlkem_1024_encaps_test')
  wycheproofExpanded(ledger, 'wycheproof.mlkem_1024_semi_expanded_decaps_test')
}

function keyGen(ledger: Ledger, file: string): void {
  describeVectors<AcvpVectors<{ d: string; z: string; ek: string; dk: string }>>(file, (vectors) => {
    const tests = acvpTests(vectors)
    const account = ledger.open(file, { cases: tests, computers })

    it.each(backends)('all 25 seeds give their encapsulation key: $name', ({ name, decapsulator }) => {
      expect(tests).toHaveLength(25)
      for (const { d, z, ek } of tests) {
        expect(bytesToHex(decapsulator(hexToBytes(d + z)).encapsulationKey)).toBe(ek.toLowerCase())
      }
      account.ran(name, 'encapsulation key of the seed', tests)
    })

    it('all 25 seeds give their expanded decapsulation key: noble', () => {
      for (const { d, z, dk } of tests) {
        expect(bytesToHex(ml_kem1024.keygen(hexToBytes(d + z)).secretKey)).toBe(dk.toLowerCase())
      }
      account.ran('noble', 'expanded decapsulation key of the seed', tests)
    })
  })
}

interface AcvpKem {
  readonly ek: string
  readonly dk: string
  readonly c?: string
  readonly k?: string
  readonly m?: string
  readonly testPassed?: boolean
}

type KemFunction = 'encapsulation' | 'decapsulation' | 'decapsulationKeyCheck' | 'encapsulationKeyCheck'

function encapDecap(ledger: Ledger, file: string): void {
  describeVectors<AcvpVectors<AcvpKem, { function: KemFunction }>>(file, (vectors) => {
    const tests = acvpTests(vectors)
    const account = ledger.open(file, { cases: tests, computers })
    const of = (wanted: KemFunction) => tests.filter(({ group }) => group.function === wanted)

    it('all 25 encapsulations are given byte for byte: noble', () => {
      const cases = of('encapsulation')
      expect(cases).toHaveLength(25)
      for (const { ek, m, c, k } of cases) {
        const { cipherText, sharedSecret } = ml_kem1024.encapsulate(hexToBytes(ek), hexToBytes(m!))
        expect([bytesToHex(cipherText), bytesToHex(sharedSecret)]).toEqual([c!.toLowerCase(), k!.toLowerCase()])
      }
      account.ran('noble', 'encapsulation byte for byte', cases)
    })

    it.each(expanded)('all 25 encapsulations and 10 other ciphertexts are decapsulated: $name', ({ name, open }) => {
      const [cases, others] = [of('encapsulation'), of('decapsulation')]
      expect([cases.length, others.length]).toEqual([25, 10])
      for (const { dk, c, k } of [...cases, ...others]) {
        expect(bytesToHex(open(hexToBytes(dk), hexToBytes(c!)))).toBe(k!.toLowerCase())
      }
      account.ran(name, `published ciphertext decapsulated${OWN_RANDOMNESS[name] ?? ''}`, cases)
      account.ran(name, 'decapsulated, changed ciphertexts to another secret', others)
    })

    it.each(expanded)('all 10 decapsulation keys are taken or refused: $name', ({ name, open }) => {
      const cases = of('decapsulationKeyCheck')
      expect(cases).toHaveLength(10)
      for (const { tcId, dk, testPassed } of cases) {
        const taken = !throws(() => open(hexToBytes(dk), new Uint8Array(1568)))
        expect({ tcId, taken }).toEqual({ tcId, taken: testPassed })
      }
      account.ran(name, 'decapsulation key taken or refused', cases)
    })

    it.each(backends)('all 10 encapsulation keys are taken or refused: $name', ({ name, encapsulate }) => {
      const cases = of('encapsulationKeyCheck')
      expect(cases).toHaveLength(10)
      for (const { ek, testPassed } of cases) {
        if (testPassed) expect(encapsulate(hexToBytes(ek)).sharedSecret).toHaveLength(32)
        else expect(() => encapsulate(hexToBytes(ek))).toThrow(coded('PQ_KEY_MALFORMED'))
      }
      account.ran(name, 'encapsulation key taken or refused', cases)
    })
  })
}

function wycheproofKeyGen(ledger: Ledger, file: string): void {
  describeVectors<WycheproofVectors<{ seed: string; ek: string; dk: string }>>(file, (vectors) => {
    const tests = wycheproofTests(vectors)
    const account = ledger.open(file, { cases: tests, computers })

    it.each(backends)('all 100 seeds give their encapsulation key: $name', ({ name, decapsulator }) => {
      expect(tests).toHaveLength(100)
      for (const { seed, ek } of tests) {
        expect(bytesToHex(decapsulator(hexToBytes(seed)).encapsulationKey)).toBe(ek)
      }
      account.ran(name, 'encapsulation key of the seed', tests)
    })

    it('all 100 seeds give their expanded decapsulation key: noble', () => {
      for (const { seed, dk } of tests) expect(bytesToHex(ml_kem1024.keygen(hexToBytes(seed)).secretKey)).toBe(dk)
      account.ran('noble', 'expanded decapsulation key of the seed', tests)
    })
  })
}

function wycheproofSeed(ledger: Ledger, file: string): void {
  describeVectors<WycheproofVectors<{ seed: string; ek?: string; c: string; K: string }>>(file, (vectors) => {
    const tests = wycheproofTests(vectors)
    const account = ledger.open(file, { cases: tests, computers })

    it.each(backends)('all 193 ciphertexts are decapsulated, or refused for their length: $name', (backend) => {
      expect(tests).toHaveLength(193)
      for (const { tcId, seed, ek, c, K, result } of tests) {
        const open = () => {
          const { encapsulationKey, decapsulate } = backend.decapsulator(hexToBytes(seed))
          if (result === 'valid') expect(bytesToHex(encapsulationKey)).toBe(ek)
          return bytesToHex(decapsulate(hexToBytes(c)))
        }
        const code = seed.length === 2 * ML_KEM_SEED_BYTES ? 'PQ_CIPHERTEXT_LENGTH' : 'PQ_SEED_LENGTH'
        if (result === 'valid') expect({ tcId, K: open() }).toEqual({ tcId, K })
        else expect(open, `tcId ${tcId}`).toThrow(coded(code))
      }
      account.ran(backend.name, 'decapsulated by the key of the seed, or refused', tests)
    })
  })
}

function wycheproofEncaps(ledger: Ledger, file: string): void {
  describeVectors<WycheproofVectors<{ ek: string; m: string; c: string; K: string }>>(file, (vectors) => {
    const tests = wycheproofTests(vectors)
    const account = ledger.open(file, { cases: tests, computers })
    const valid = tests.filter(({ result }) => result === 'valid')
    const badKey = tests.filter(({ result, ek, flags }) => {
      const wrongLength = ek.length !== 2 * ML_KEM_ENCAPSULATION_KEY_BYTES
      return result === 'invalid' && (wrongLength || flags.includes('ModulusOverflow'))
    })
    const badRandomness = tests.filter((test) => test.result === 'invalid' && !badKey.includes(test))

    it('all 269 cases are given byte for byte, or refused: noble', () => {
      expect(tests).toHaveLength(269)
      for (const { tcId, ek, m, c, K, result } of tests) {
        const encapsulate = () => {
          const { cipherText, sharedSecret } = ml_kem1024.encapsulate(hexToBytes(ek), hexToBytes(m))
          return { tcId, c: bytesToHex(cipherText), K: bytesToHex(sharedSecret) }
        }
        if (result === 'valid') expect(encapsulate()).toEqual({ tcId, c, K })
        else expect(encapsulate, `tcId ${tcId}`).toThrow()
      }
      account.ran('noble', 'encapsulation byte for byte, or refused', tests)
    })

    it.each(backends)('good keys are taken, bad ones refused: $name', ({ name, encapsulate }) => {
      expect([valid.length, badKey.length + badRandomness.length]).toEqual([133, 136])
      for (const { ek } of valid) expect(encapsulate(hexToBytes(ek)).ciphertext).toHaveLength(1568)
      for (const { tcId, ek } of badKey) {
        expect(() => encapsulate(hexToBytes(ek)), `tcId ${tcId}`).toThrow(coded('PQ_KEY_MALFORMED'))
      }
      account.ran(name, `key taken${OWN_RANDOMNESS[name] ?? ''}`, valid)
      account.ran(name, 'key refused', badKey)
      if (name === 'native')
        account.leftOut(name, 'randomness of a wrong length, which Node cannot be given', badRandomness)
    })
  })
}

function wycheproofExpanded(ledger: Ledger, file: string): void {
  describeVectors<WycheproofVectors<{ dk: string; c: string; K?: string }>>(file, (vectors) => {
    const tests = wycheproofTests(vectors)
    const account = ledger.open(file, { cases: tests, computers })

    // Expanded decapsulation keys are never read here; this guards the libraries underneath.
    it.each(expanded)('all 9 expanded keys decapsulate or are refused: $name', ({ name, open }) => {
      expect(tests).toHaveLength(9)
      for (const { tcId, dk, c, K, result } of tests) {
        const found = () => bytesToHex(open(hexToBytes(dk), hexToBytes(c)))
        if (result === 'valid') expect({ tcId, K: found() }).toEqual({ tcId, K })
        else expect(found, `tcId ${tcId}`).toThrow()
      }
      account.ran(name, 'decapsulated by the expanded key, or refused', tests)
    })
  })
}

/** Both libraries over the expanded keys of the vectors, in which they are not used. */
const expanded = [
  { name: 'noble', open: (dk: Uint8Array, c: Uint8Array) => ml_kem1024.decapsulate(c, dk) },
  { name: 'native', open: (dk: Uint8Array, c: Uint8Array) => new Uint8Array(decapsulate(expandedKey(dk), c)) },
]

/** PKCS #8 of an expanded key (draft-ietf-lamps-kyber-certificates §6). */
function expandedKey(dk: Uint8Array): KeyObject {
  const algorithm = Buffer.from('020100300b0609608648016503040403', 'hex')
  const inner = Buffer.concat([algorithm, der(0x04, der(0x04, dk))])
  return createPrivateKey({ key: der(0x30, inner), format: 'der', type: 'pkcs8' })
}

/** Of 256 to 65,535 bytes. */
function der(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 255]), content])
}

function throws(call: () => unknown): boolean {
  try {
    call()
    return false
  } catch (error) {
    expect(errorCode(error)).not.toMatch(/^PQ_/)
    return true
  }
}
