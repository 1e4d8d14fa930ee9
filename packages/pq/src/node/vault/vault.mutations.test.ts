import { DomainSyncError } from '@domainsync/core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { MUTATION_RUNS, type Mutation, mutations } from '../../test/mutations.ts'
import { archiveKey, chunksOf, collect, makeBackup, pq, trust } from '../../test/vault-fixture.ts'
import { decryptArchive } from './decrypt-archive.ts'
import { verifyBackup, verifyRecipientList } from './verify-backup.ts'

let good: Awaited<ReturnType<typeof makeBackup>>
let other: Awaited<ReturnType<typeof makeBackup>>
beforeAll(async () => {
  good = await makeBackup(7)
  other = await makeBackup(8)
})

/** Words of the documents for their older or weaker neighbours. */
const WORDS = [
  ['"version":1', '"version":0'],
  ['0x0478', '0x0178'],
  ['MLKEM1024-P384', 'ML-KEM-1024'],
] as const

/** A version or a suite that would be weaker: in an archive's first bytes, or in the payload of a signed document. */
const downgrades: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(fc.constantFrom(0, 1, 3), fc.constantFrom(0x0014, 0x0178, 0x0378, 0x0578)).map(
    ([version, suite]): Mutation =>
      (bytes) =>
        new Uint8Array([version, suite >> 8, suite & 0xff, ...bytes.subarray(3)]),
  ),
  fc.constantFrom(...WORDS).map(
    ([word, weaker]): Mutation =>
      (bytes) => {
        const text = Buffer.from(bytes).toString()
        if (!text.startsWith('{')) return bytes
        const envelope = JSON.parse(text) as { payload: string }
        const payload = Buffer.from(envelope.payload, 'base64').toString().replace(word, weaker)
        return Buffer.from(JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') }))
      },
  ),
)

const refused = (run: (bad: Uint8Array) => unknown, which: 'archive' | 'statement' | 'recipients') =>
  fc.assert(
    fc.asyncProperty(fc.oneof({ arbitrary: mutations(other[which]), weight: 9 }, downgrades), async (mutate) => {
      const bad = mutate(good[which])
      fc.pre(!Buffer.from(bad).equals(good[which]) && !Buffer.from(bad).equals(other[which]))
      const error = await (async () => run(bad))().catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(DomainSyncError)
    }),
    { numRuns: MUTATION_RUNS },
  )

describe(`each of ${MUTATION_RUNS} random changes is refused, with a code`, { timeout: 600_000 }, () => {
  it('of an archive, though its key is known and nobody asks for its hash', () =>
    refused((bad) => collect(decryptArchive(chunksOf(bad), { archiveKey })), 'archive'))

  it('of its signed statement', () =>
    refused((envelope) => verifyBackup({ envelope, spki: pq.spki }, trust), 'statement'))

  it('of its list of recipients', () => {
    const statement = verifyBackup({ envelope: good.statement, spki: pq.spki }, trust)
    return refused((envelope) => verifyRecipientList({ envelope, spki: pq.spki }, { statement, trust }), 'recipients')
  })
})

it('a whole statement or list of another backup is refused for this one', async () => {
  const statement = verifyBackup({ envelope: good.statement, spki: pq.spki }, trust)
  expect(() => verifyRecipientList({ envelope: other.recipients, spki: pq.spki }, { statement, trust })).toThrow(
    expect.objectContaining({ code: 'RECIPIENTS_MISMATCH' }),
  )
  expect(verifyBackup({ envelope: other.statement, spki: pq.spki }, trust).number).toBe(8)
})
