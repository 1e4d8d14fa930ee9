import { DomainSyncError } from '@domainsync/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nativeMlDsa } from '../node/native-ml-dsa.ts'
import { MUTATION_RUNS, mutations } from '../test/mutations.ts'
import { hashes, makeRotations, place } from '../test/rotation-fixture.ts'
import { followRotations } from './follow-rotations.ts'
import { decodeRotations, encodeRotations } from './rotation-file.ts'

it(`key rotations are refused after any of ${MUTATION_RUNS} random changes, with a code`, {
  timeout: 120_000,
}, async () => {
  const rotations = await makeRotations()
  const good = encodeRotations(rotations)
  const other = encodeRotations(await makeRotations('other.test'))
  const path = { ...place, pinned: hashes[0]!, current: hashes[3]! }
  fc.assert(
    fc.property(mutations(other), (mutate) => {
      const bad = mutate(good)
      fc.pre(!Buffer.from(bad).equals(good))
      let error: unknown
      try {
        followRotations(decodeRotations(bad), path, { verifyMlDsa: nativeMlDsa.verify })
      } catch (caught) {
        error = caught
      }
      expect(error).toBeInstanceOf(DomainSyncError)
    }),
    { numRuns: MUTATION_RUNS },
  )
})
