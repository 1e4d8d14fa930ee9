import { DomainSyncError, RELEASE_PAYLOAD_TYPE } from '@domainsync/core'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { decodeEnvelope, type Envelope, encodeEnvelope } from './dsse.ts'
import { nativeMlDsa } from './node/native-ml-dsa.ts'
import { signRelease } from './sign-release.ts'
import { MUTATION_RUNS, type Mutation, mutations } from './test/mutations.ts'
import { expected, pq, statement, wallet } from './test/release-fixture.ts'
import { verifyRelease } from './verify-release.ts'

const native = { verifyMlDsa: nativeMlDsa.verify }

/** Words of a release for their older or weaker neighbours. */
const DOWNGRADES = [
  ['Statement/v1', 'Statement/v0.1'],
  ['"release":7', '"release":6'],
  ['ML-DSA-87', 'ML-DSA-44'],
] as const

let good: Uint8Array
let other: Uint8Array
let older: Envelope

beforeAll(async () => {
  good = await signRelease({ statement, pq, signer: wallet }, native)
  other = await signRelease({ statement: { ...statement, release: 8 }, pq, signer: wallet }, native)
  older = decodeEnvelope(await signRelease({ statement: { ...statement, release: 6 }, pq, signer: wallet }, native))
})

/** A change inside one part of the envelope, which is then in the right form again: no check of the form can notice. */
function inside(other: Envelope): fc.Arbitrary<Mutation> {
  const of = (part: Uint8Array) => mutations(part)
  const rewrite =
    (change: (envelope: Envelope) => Partial<Envelope>): Mutation =>
    (bytes) => {
      const envelope = decodeEnvelope(bytes)
      return encodeEnvelope({ ...envelope, ...change(envelope) })
    }
  const signature = (which: number, change: (sig: Uint8Array) => Uint8Array) =>
    rewrite(({ signatures }) => ({
      signatures: signatures.map((one, at) => (at === which ? { ...one, sig: change(one.sig) } : one)),
    }))
  return fc.oneof(
    of(other.payload).map((change) => rewrite(({ payload }) => ({ payload: change(payload) }))),
    of(other.signatures[0]!.sig).map((change) => signature(0, change)),
    of(other.signatures[1]!.sig).map((change) => signature(1, change)),
    fc.subarray([...other.signatures, ...other.signatures]).map((signatures) => rewrite(() => ({ signatures }))),
    fc.constantFrom(0, 1).map((which) => signature(which, () => other.signatures[which]!.sig)),
    fc.constant(rewrite(() => ({ payload: other.payload }))),
    fc
      .constantFrom('', 'application/json', RELEASE_PAYLOAD_TYPE.replace('in-toto', 'in-toto-0'))
      .map((payloadType) => rewrite(() => ({ payloadType }))),
    fc
      .constantFrom(...DOWNGRADES)
      .map(([word, weaker]) =>
        rewrite(({ payload }) => ({ payload: Buffer.from(Buffer.from(payload).toString().replace(word, weaker)) })),
      ),
  )
}

it(`a release is refused after any of ${MUTATION_RUNS} random changes, with a code`, { timeout: 120_000 }, () => {
  const codes = new Map<string, number>()
  fc.assert(
    fc.property(fc.oneof(mutations(other), inside(older)), (mutate) => {
      const bad = mutate(good)
      fc.pre(!Buffer.from(bad).equals(good))
      let error: unknown
      try {
        verifyRelease(bad, expected, native)
      } catch (caught) {
        error = caught
      }
      expect(error).toBeInstanceOf(DomainSyncError)
      const { code } = error as DomainSyncError
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }),
    { numRuns: MUTATION_RUNS },
  )
  // Not all of them by the form: the signatures were asked, too.
  for (const code of ['ENVELOPE_MALFORMED', 'PQ_SIGNATURE_INVALID', 'SIGNER_SIGNATURE_INVALID', 'SIGNATURE_COUNT']) {
    expect([...codes.keys()]).toContain(code)
  }
})
