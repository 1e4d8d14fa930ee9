import { errorCode } from '@domainsync/core'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { expect, it } from 'vitest'
import { ML_DSA_PUBLIC_KEY_BYTES, type MlDsaBackend } from './ml-dsa.ts'
import { nobleMlDsa } from './noble-ml-dsa.ts'
import { nativeMlDsa } from './node/native-ml-dsa.ts'
import { decodeSpki } from './spki.ts'
import { type AcvpVectors, pureTests } from './test/acvp.ts'
import { describeVectors } from './test/published-vectors.ts'
import { type WycheproofVectors, wycheproofTests } from './test/wycheproof.ts'

const backends = [nobleMlDsa, nativeMlDsa]

/** True or false as the backend says; false, too, for what it refuses by one of its own codes. */
function accepts(backend: MlDsaBackend, signature: Uint8Array, claim: Parameters<MlDsaBackend['verify']>[1]): boolean {
  try {
    return backend.verify(signature, claim)
  } catch (error) {
    expect(['PQ_KEY_MALFORMED', 'PQ_CONTEXT_LENGTH']).toContain(errorCode(error))
    return false
  }
}

describeVectors<AcvpVectors<{ seed: string; pk: string; sk: string }>>('ML-DSA-keyGen-FIPS204.ML-DSA-87', (vectors) => {
  const tests = vectors.testGroups.flatMap((group) => group.tests)

  it.each(backends)('all 25 seeds give their public key: $name', (backend) => {
    expect(tests).toHaveLength(25)
    for (const { seed, pk } of tests) {
      const signer = backend.signer(hexToBytes(seed))
      expect(bytesToHex(signer.publicKey)).toBe(pk.toLowerCase())
    }
  })

  it('all 25 seeds give their expanded private key: noble', () => {
    for (const { seed, sk } of tests) {
      expect(bytesToHex(ml_dsa87.keygen(hexToBytes(seed)).secretKey)).toBe(sk.toLowerCase())
    }
  })
})

interface SigGen {
  readonly sk: string
  readonly message: string
  readonly context: string
  readonly signature: string
  readonly rnd?: string
}

describeVectors<AcvpVectors<SigGen>>('ML-DSA-sigGen-FIPS204.ML-DSA-87', (vectors) => {
  const tests = pureTests(vectors)

  // Node signs hedged only and from its own randomness, so these bytes are the library's alone.
  it('all 30 pure cases, deterministic and hedged, give their very bytes: noble', () => {
    expect(tests).toHaveLength(30)
    for (const test of tests) {
      const signature = ml_dsa87.sign(hexToBytes(test.message), hexToBytes(test.sk), {
        context: hexToBytes(test.context),
        extraEntropy: test.rnd === undefined ? false : hexToBytes(test.rnd),
      })
      expect(bytesToHex(signature)).toBe(test.signature.toLowerCase())
    }
  })

  it.each(backends)('all 30 published signatures verify: $name', ({ verify }) => {
    for (const test of tests) {
      const publicKey = ml_dsa87.getPublicKey(hexToBytes(test.sk))
      const claim = { message: hexToBytes(test.message), publicKey, context: hexToBytes(test.context) }
      expect(verify(hexToBytes(test.signature), claim)).toBe(true)
    }
  })
})

interface SigVer {
  readonly tcId: number
  readonly testPassed: boolean
  readonly pk: string
  readonly message: string
  readonly context: string
  readonly signature: string
}

describeVectors<AcvpVectors<SigVer>>('ML-DSA-sigVer-FIPS204.ML-DSA-87', (vectors) => {
  const tests = pureTests(vectors)

  it.each(backends)('all 15 pure cases are judged as published: $name', ({ verify }) => {
    expect(tests).toHaveLength(15)
    expect(new Set(tests.map(({ testPassed }) => testPassed))).toEqual(new Set([true, false]))
    for (const { tcId, testPassed, pk, message, context, signature } of tests) {
      const claim = { message: hexToBytes(message), publicKey: hexToBytes(pk), context: hexToBytes(context) }
      expect({ tcId, testPassed: verify(hexToBytes(signature), claim) }).toEqual({ tcId, testPassed })
    }
  })
})

describeVectors<WycheproofVectors<{ publicKey: string; publicKeyDer: string }>>(
  'wycheproof.mldsa_87_verify_test',
  (vectors) => {
    const tests = wycheproofTests(vectors)

    it.each(backends)('all 241 cases are judged as published: $name', (backend) => {
      expect(tests).toHaveLength(241)
      for (const { tcId, comment, msg, ctx, sig, result, group } of tests) {
        const claim = {
          message: hexToBytes(msg!),
          publicKey: hexToBytes(group.publicKey),
          context: hexToBytes(ctx ?? ''),
        }
        const found = accepts(backend, hexToBytes(sig), claim) ? 'valid' : 'invalid'
        expect({ tcId, comment, result: found }).toEqual({ tcId, comment, result })
      }
    })

    it('every SubjectPublicKeyInfo is read, or refused when the key in it has a wrong length', () => {
      for (const { publicKey, publicKeyDer } of vectors.testGroups) {
        const read = () => bytesToHex(decodeSpki(hexToBytes(publicKeyDer)))
        if (publicKey.length === 2 * ML_DSA_PUBLIC_KEY_BYTES) expect(read()).toBe(publicKey)
        else expect(read).toThrow(expect.objectContaining({ code: 'PQ_KEY_MALFORMED' }))
      }
    })
  },
)

describeVectors<WycheproofVectors<{ privateSeed: string; publicKey: string }>>(
  'wycheproof.mldsa_87_sign_seed_test',
  (vectors) => {
    const tests = wycheproofTests(vectors).filter(({ flags }) => !flags.includes('Internal'))
    const badSeed = tests.filter(({ flags }) => flags.includes('IncorrectPrivateKeyLength'))
    const valid = tests.filter(({ result }) => result === 'valid')

    it.each(backends)('the 3 seeds of a wrong length are refused: $name', (backend) => {
      expect(badSeed).toHaveLength(3)
      for (const { group } of badSeed) {
        expect(() => backend.signer(hexToBytes(group.privateSeed))).toThrow(
          expect.objectContaining({ code: 'PQ_SEED_LENGTH' }),
        )
      }
    })

    it.each(backends)(
      'all 75 seeds and signatures belong together, and new signatures hold: $name',
      async (backend) => {
        expect(valid).toHaveLength(75)
        for (const { tcId, msg, ctx, sig, group } of valid) {
          const signer = backend.signer(hexToBytes(group.privateSeed))
          expect(bytesToHex(signer.publicKey)).toBe(group.publicKey)
          const message = hexToBytes(msg!)
          const claim = { message, publicKey: signer.publicKey }
          expect({ tcId, ok: backend.verify(hexToBytes(sig), { ...claim, context: hexToBytes(ctx ?? '') }) }).toEqual({
            tcId,
            ok: true,
          })
          expect(nativeMlDsa.verify(await signer.sign(message), claim)).toBe(true)
        }
      },
    )

    it('all 75 signatures are reproduced byte for byte: noble', () => {
      for (const { msg, ctx, rnd, sig, group } of valid) {
        const { secretKey } = ml_dsa87.keygen(hexToBytes(group.privateSeed))
        const signature = ml_dsa87.sign(hexToBytes(msg!), secretKey, {
          context: hexToBytes(ctx ?? ''),
          extraEntropy: rnd === undefined ? false : hexToBytes(rnd),
        })
        expect(bytesToHex(signature)).toBe(sig)
      }
    })
  },
)

describeVectors<WycheproofVectors<{ privateKey: string; publicKey: string | null }>>(
  'wycheproof.mldsa_87_sign_noseed_test',
  (vectors) => {
    const tests = wycheproofTests(vectors).filter(({ flags }) => !flags.includes('Internal'))

    // Expanded private keys are never read here; this guards the library underneath.
    it('all 59 cases are signed byte for byte, or refused: noble', () => {
      expect(tests).toHaveLength(59)
      for (const { tcId, msg, ctx, rnd, sig, result, group } of tests) {
        const sign = () =>
          bytesToHex(
            ml_dsa87.sign(hexToBytes(msg!), hexToBytes(group.privateKey), {
              context: hexToBytes(ctx ?? ''),
              extraEntropy: rnd === undefined ? false : hexToBytes(rnd),
            }),
          )
        if (result === 'valid') expect({ tcId, sig: sign() }).toEqual({ tcId, sig })
        else expect(sign, `tcId ${tcId}`).toThrow()
      }
    })
  },
)
