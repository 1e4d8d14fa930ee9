import { errorCode } from '@domainsync/core'
import * as sha2 from '@noble/hashes/sha2.js'
import * as sha3 from '@noble/hashes/sha3.js'
import { bytesToHex, type CHash, concatBytes, hexToBytes } from '@noble/hashes/utils.js'
import { ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { expect, it } from 'vitest'
import type { MlDsaBackend, MlDsaClaim } from '../../ml-dsa.ts'
import { ML_DSA_PUBLIC_KEY_BYTES } from '../../ml-dsa.ts'
import { nobleMlDsa } from '../../noble-ml-dsa.ts'
import { nativeMlDsa } from '../../node/native-ml-dsa.ts'
import { decodeSpki } from '../../spki.ts'
import { type AcvpVectors, acvpTests, type MlDsaGroup } from './acvp.ts'
import { describeVectors } from './describe-vectors.ts'
import type { Ledger } from './ledger.ts'
import { type WycheproofTest, type WycheproofVectors, wycheproofTests } from './wycheproof.ts'

const backends = [nobleMlDsa, nativeMlDsa]
const computers = backends.map(({ name }) => name)

const NO_VARIANT = 'HashML-DSA and the internal interface, which Node does not offer and nothing here uses'
/** Said of Node in the table, where noble does more. */
const ONLY_VERIFIED: Record<string, string> = { native: '; Node signs from randomness of its own only' }
const NO_MU: Record<string, string> = { native: '; its signature is over an external mu, which Node does not offer' }
const NO_EXPANDED_KEY = 'expanded private keys, which are never read here'

/** The hashes of HashML-DSA by their names in ACVP. */
const HASHES: Record<string, CHash> = {
  'SHA2-224': sha2.sha224,
  'SHA2-256': sha2.sha256,
  'SHA2-384': sha2.sha384,
  'SHA2-512': sha2.sha512,
  'SHA2-512/224': sha2.sha512_224,
  'SHA2-512/256': sha2.sha512_256,
  'SHA3-224': sha3.sha3_224,
  'SHA3-256': sha3.sha3_256,
  'SHA3-384': sha3.sha3_384,
  'SHA3-512': sha3.sha3_512,
  'SHAKE-128': sha3.shake128_32,
  'SHAKE-256': sha3.shake256_64,
}

interface Signed {
  readonly tcId: number
  readonly group: MlDsaGroup
  readonly message?: string
  readonly mu?: string
  readonly context?: string
  readonly hashAlg?: string
  readonly rnd?: string
  readonly signature: string
}

const isPure = ({ group }: Signed) => group.preHash === 'pure'
const isHash = ({ group }: Signed) => group.preHash === 'preHash'
const isMu = ({ group }: Signed) => group.externalMu === true
const isInternal = ({ group }: Signed) => group.externalMu === false
const isOther = (test: Signed) => !isPure(test)

/** noble's interface for a variant, its message, and options of both. */
function variant(test: Signed) {
  const extraEntropy = test.rnd === undefined ? (false as const) : hexToBytes(test.rnd)
  const context = hexToBytes(test.context ?? '')
  if (isMu(test)) return { scheme: ml_dsa87.internal, message: hexToBytes(test.mu!), extraEntropy, externalMu: true }
  const message = hexToBytes(test.message!)
  if (isInternal(test)) return { scheme: ml_dsa87.internal, message, extraEntropy }
  if (!isHash(test)) return { scheme: ml_dsa87, message, extraEntropy, context }
  // By hand (FIPS 204 §5.4.1): the library refuses hashes that are weaker than the parameter set.
  const hash = HASHES[test.hashAlg!]!
  const formatted = concatBytes(Uint8Array.of(1, context.length), context, hash.oid!, hash(message))
  return { scheme: ml_dsa87.internal, message: formatted, extraEntropy }
}

/** True or false as the backend says; false, too, for what it refuses by one of its own codes. */
function accepts(backend: MlDsaBackend, signature: Uint8Array, claim: MlDsaClaim): boolean {
  try {
    return backend.verify(signature, claim)
  } catch (error) {
    expect(['PQ_KEY_MALFORMED', 'PQ_CONTEXT_LENGTH']).toContain(errorCode(error))
    return false
  }
}

/** All published vectors of ML-DSA-87. */
export function mlDsaVectors(ledger: Ledger): void {
  keyGen(ledger, 'ML-DSA-keyGen-FIPS204.ML-DSA-87')
  sigGen(ledger, 'ML-DSA-sigGen-FIPS204.ML-DSA-87')
  sigVer(ledger, 'ML-DSA-sigVer-FIPS204.ML-DSA-87')
  verifyTests(ledger, 'wycheproof.mldsa_87_verify_test')
  signSeedTests(ledger, 'wycheproof.mldsa_87_sign_seed_test')
  signNoSeedTests(ledger, 'wycheproof.mldsa_87_sign_noseed_test')
}

function keyGen(ledger: Ledger, file: string): void {
  describeVectors<AcvpVectors<{ seed: string; pk: string; sk: string }>>(file, (vectors) => {
    const tests = acvpTests(vectors)
    const account = ledger.open(file, { cases: tests, computers })

    it.each(backends)('all 25 seeds give their public key: $name', (backend) => {
      expect(tests).toHaveLength(25)
      for (const { seed, pk } of tests) {
        expect(bytesToHex(backend.signer(hexToBytes(seed)).publicKey)).toBe(pk.toLowerCase())
      }
      account.ran(backend.name, 'public key of the seed', tests)
    })

    it('all 25 seeds give their expanded private key: noble', () => {
      for (const { seed, sk } of tests) {
        expect(bytesToHex(ml_dsa87.keygen(hexToBytes(seed)).secretKey)).toBe(sk.toLowerCase())
      }
      account.ran('noble', 'expanded private key of the seed', tests)
    })
  })
}

function sigGen(ledger: Ledger, file: string): void {
  describeVectors<AcvpVectors<Omit<Signed, 'group'> & { sk: string }, MlDsaGroup>>(file, (vectors) => {
    const tests = acvpTests(vectors)
    const account = ledger.open(file, { cases: tests, computers })
    const counts = { pure: isPure, hash: isHash, mu: isMu, internal: isInternal }

    it('has the variants that are run below', () => {
      const found = Object.entries(counts).map(([name, is]) => [name, tests.filter(is).length])
      expect(Object.fromEntries(found)).toEqual({ pure: 30, hash: 30, mu: 30, internal: 30 })
    })

    // Node signs hedged only and from its own randomness, so these bytes are the library's alone.
    it.each(Object.entries(counts))(
      'signatures, deterministic and hedged, are given byte for byte: noble, %s',
      (name, is) => {
        const cases = tests.filter(is)
        for (const test of cases) {
          const { scheme, message, ...options } = variant(test)
          const signature = scheme.sign(message, hexToBytes(test.sk), options)
          expect(bytesToHex(signature), `tcId ${test.tcId}`).toBe(test.signature.toLowerCase())
        }
        account.ran('noble', `signature byte for byte: ${name}`, cases)
      },
    )

    it.each(backends)('all 30 published pure signatures verify: $name', ({ name, verify }) => {
      const cases = tests.filter(isPure)
      for (const test of cases) {
        const publicKey = ml_dsa87.getPublicKey(hexToBytes(test.sk))
        const claim = { message: hexToBytes(test.message!), publicKey, context: hexToBytes(test.context!) }
        expect(verify(hexToBytes(test.signature), claim)).toBe(true)
      }
      account.ran(name, `published signature verifies${ONLY_VERIFIED[name] ?? ''}`, cases)
      if (name === 'native') account.leftOut(name, NO_VARIANT, tests.filter(isOther))
    })
  })
}

function sigVer(ledger: Ledger, file: string): void {
  type SigVer = Omit<Signed, 'group'> & { testPassed: boolean; pk: string }
  describeVectors<AcvpVectors<SigVer, MlDsaGroup>>(file, (vectors) => {
    const tests = acvpTests(vectors)
    const account = ledger.open(file, { cases: tests, computers })

    it.each(backends)('all 15 pure cases are judged as published: $name', ({ name, verify }) => {
      const cases = tests.filter(isPure)
      expect(cases).toHaveLength(15)
      expect(new Set(cases.map(({ testPassed }) => testPassed))).toEqual(new Set([true, false]))
      for (const { tcId, testPassed, pk, message, context, signature } of cases) {
        const claim = { message: hexToBytes(message!), publicKey: hexToBytes(pk), context: hexToBytes(context!) }
        expect({ tcId, testPassed: verify(hexToBytes(signature), claim) }).toEqual({ tcId, testPassed })
      }
      account.ran(name, 'judged as published', cases)
      if (name === 'native') account.leftOut(name, NO_VARIANT, tests.filter(isOther))
    })

    it('all 45 cases of the other variants are judged as published: noble', () => {
      const cases = tests.filter(isOther)
      expect(cases).toHaveLength(45)
      for (const test of cases) {
        const { scheme, message, extraEntropy: _, ...options } = variant(test)
        const testPassed = scheme.verify(hexToBytes(test.signature), message, hexToBytes(test.pk), options)
        expect({ tcId: test.tcId, testPassed }).toEqual({ tcId: test.tcId, testPassed: test.testPassed })
      }
      account.ran('noble', 'judged as published: HashML-DSA, internal, external mu', cases)
    })
  })
}

interface WycheproofSigned {
  readonly msg?: string
  readonly mu?: string
  readonly ctx?: string
  readonly rnd?: string
  readonly sig: string
}

/** Of the internal interface: a `mu` and no message. */
const isMuOnly = ({ msg }: WycheproofSigned) => msg === undefined
const hasMessage = ({ msg }: WycheproofSigned) => msg !== undefined

function verifyTests(ledger: Ledger, file: string): void {
  type Group = { publicKey: string; publicKeyDer: string }
  describeVectors<WycheproofVectors<WycheproofSigned, Group>>(file, (vectors) => {
    const tests = wycheproofTests(vectors)
    const account = ledger.open(file, { cases: tests, computers })

    it.each(backends)('all 241 cases are judged as published: $name', (backend) => {
      expect(tests).toHaveLength(241)
      for (const { tcId, msg, ctx, sig, result, group } of tests) {
        const claim = {
          message: hexToBytes(msg!),
          publicKey: hexToBytes(group.publicKey),
          context: hexToBytes(ctx ?? ''),
        }
        const found = accepts(backend, hexToBytes(sig), claim) ? 'valid' : 'invalid'
        expect({ tcId, result: found }).toEqual({ tcId, result })
      }
      account.ran(backend.name, 'judged as published', tests)
    })

    it('every SubjectPublicKeyInfo is read, or refused when the key in it has a wrong length', () => {
      for (const { publicKey, publicKeyDer } of vectors.testGroups) {
        const read = () => bytesToHex(decodeSpki(hexToBytes(publicKeyDer)))
        if (publicKey.length === 2 * ML_DSA_PUBLIC_KEY_BYTES) expect(read()).toBe(publicKey)
        else expect(read).toThrow(expect.objectContaining({ code: 'PQ_KEY_MALFORMED' }))
      }
    })
  })
}

function signSeedTests(ledger: Ledger, file: string): void {
  type Group = { privateSeed: string; publicKey: string }
  describeVectors<WycheproofVectors<WycheproofSigned, Group>>(file, (vectors) => {
    const tests = wycheproofTests(vectors)
    const account = ledger.open(file, { cases: tests, computers })
    const badSeed = tests.filter(({ flags }) => flags.includes('IncorrectPrivateKeyLength'))
    const badContext = tests.filter(({ flags }) => flags.includes('InvalidContext'))
    const valid = tests.filter((test) => test.result === 'valid' && hasMessage(test))
    const internal = tests.filter(isMuOnly)

    it('has the cases that are run below', () => {
      const found = [badSeed, badContext, valid, internal].map(({ length }) => length)
      expect(found).toEqual([3, 1, 75, 17])
    })

    it.each(backends)('the 3 seeds of a wrong length are refused: $name', (backend) => {
      for (const { group } of badSeed) {
        const refused = expect.objectContaining({ code: 'PQ_SEED_LENGTH' })
        expect(() => backend.signer(hexToBytes(group.privateSeed))).toThrow(refused)
      }
      account.ran(backend.name, 'seed refused', badSeed)
    })

    it.each(backends)('the context that is too long is refused: $name', ({ name, verify }) => {
      for (const { msg, ctx, group } of badContext) {
        const claim = { message: hexToBytes(msg!), publicKey: hexToBytes(group.publicKey), context: hexToBytes(ctx!) }
        expect(() => verify(new Uint8Array(4627), claim)).toThrow(
          expect.objectContaining({ code: 'PQ_CONTEXT_LENGTH' }),
        )
      }
      account.ran(name, 'context refused (releases are signed under the empty one only)', badContext)
    })

    it.each(backends)(
      'all 75 seeds and signatures belong together, and new signatures hold: $name',
      async (backend) => {
        for (const { tcId, msg, ctx, sig, group } of valid) {
          const signer = backend.signer(hexToBytes(group.privateSeed))
          expect(bytesToHex(signer.publicKey)).toBe(group.publicKey)
          const claim = { message: hexToBytes(msg!), publicKey: signer.publicKey }
          const context = hexToBytes(ctx ?? '')
          expect({ tcId, ok: backend.verify(hexToBytes(sig), { ...claim, context }) }).toEqual({ tcId, ok: true })
          expect(nativeMlDsa.verify(await signer.sign(claim.message), claim)).toBe(true)
        }
        account.ran(backend.name, 'public key of the seed; published signature verifies; so does a new one', valid)
      },
    )

    it('all 92 signatures are given byte for byte: noble', () => {
      for (const test of [...valid, ...internal]) {
        const { secretKey } = ml_dsa87.keygen(hexToBytes(test.group.privateSeed))
        expect({ tcId: test.tcId, sig: signWithNoble(test, secretKey) }).toEqual({ tcId: test.tcId, sig: test.sig })
      }
      account.ran('noble', 'signature byte for byte', valid)
      account.ran('noble', 'signature byte for byte: external mu', internal)
    })

    it.each(backends)('the 17 seeds of the internal interface give their public key: $name', ({ name, signer }) => {
      for (const { group } of internal) {
        expect(bytesToHex(signer(hexToBytes(group.privateSeed)).publicKey)).toBe(group.publicKey)
      }
      account.ran(name, `public key of the seed${NO_MU[name] ?? ''}`, internal)
    })
  })
}

function signNoSeedTests(ledger: Ledger, file: string): void {
  type Group = { privateKey: string; publicKey: string | null }
  type Test = WycheproofSigned & WycheproofTest & { group: Group }
  describeVectors<WycheproofVectors<WycheproofSigned, Group>>(file, (vectors) => {
    const tests = wycheproofTests(vectors)
    const account = ledger.open(file, { cases: tests, computers })

    // Expanded private keys are never read here; this guards the library underneath.
    it('all 69 cases are signed byte for byte, or refused: noble', () => {
      expect(tests).toHaveLength(69)
      for (const test of tests) {
        const sign = () => signWithNoble(test, hexToBytes(test.group.privateKey))
        if (test.result === 'valid')
          expect({ tcId: test.tcId, sig: sign() }).toEqual({ tcId: test.tcId, sig: test.sig })
        else expect(sign, `tcId ${test.tcId}`).toThrow()
      }
      account.ran('noble', 'signature byte for byte, or refused', tests)
    })

    it('all 54 published signatures over a message verify: native', () => {
      const [cases, others] = [tests.filter(isCheckable), tests.filter((test) => !isCheckable(test))]
      expect([cases.length, others.length]).toEqual([54, 15])
      for (const { tcId, msg, ctx, sig, group } of cases) {
        const claim = {
          message: hexToBytes(msg!),
          publicKey: hexToBytes(group.publicKey!),
          context: hexToBytes(ctx ?? ''),
        }
        expect({ tcId, ok: nativeMlDsa.verify(hexToBytes(sig), claim) }).toEqual({ tcId, ok: true })
      }
      account.ran('native', 'published signature verifies', cases)
      account.leftOut('native', `${NO_EXPANDED_KEY}; external mu`, others)
    })
  })

  function isCheckable({ result, group, ...test }: Test): boolean {
    return result === 'valid' && hasMessage(test) && group.publicKey !== null
  }
}

function signWithNoble({ msg, mu, ctx, rnd }: WycheproofSigned, secretKey: Uint8Array): string {
  const extraEntropy = rnd === undefined ? (false as const) : hexToBytes(rnd)
  return bytesToHex(
    msg === undefined
      ? ml_dsa87.internal.sign(hexToBytes(mu!), secretKey, { extraEntropy, externalMu: true })
      : ml_dsa87.sign(hexToBytes(msg), secretKey, { context: hexToBytes(ctx ?? ''), extraEntropy }),
  )
}
