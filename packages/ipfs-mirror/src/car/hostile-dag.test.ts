import { carBytes } from '@domainsync/sdk'
import { describe, expect, it } from 'vitest'
import { carBlocks } from '../gateway/car-blocks.ts'
import { findPath } from '../gateway/find-path.ts'
import { storedBlocks } from '../gateway/stored-blocks.ts'
import type { DagScope } from '../gateway/trustless-format.ts'
import { contentOfRelease } from '../import/content-of-release.ts'
import { listDirectory } from '../import/list-directory.ts'
import { proveRetrieval } from '../proof/prove-retrieval.ts'
import { reachDag } from '../store/reach-dag.ts'
import { CidMarks } from './cid-marks.ts'
import { collect } from './collect.test.support.ts'
import { chain, countingSource, fileBomb, type HostileDag, shardBomb, wideChain } from './hostile-dag.test.support.ts'
import { readCar } from './read-car.ts'
import { walkDag } from './walk-dag.ts'

const bombs: [string, HostileDag][] = [
  ['a directory that stands for 256^6 others', shardBomb(6)],
  ['a file of 1,000^5 parts', fileBomb(5)],
  ['directories 5,000 deep', chain(5_000)],
]

/** Over a million links in 48 MiB; kept as objects they would take a gigabyte. */
const LENGTH = 24

describe.each(bombs)('%s', (_what, dag) => {
  const distinct = dag.blocks.size

  it('is walked, and kept, block by block', async () => {
    const source = countingSource(dag)
    expect(await collect(walkDag(dag.root, source))).toHaveLength(distinct)
    expect(source.counts.asked).toBe(distinct)
    await reachDag(dag.root, { blocks: { ...countingSource(dag), has: () => true }, marks: new CidMarks() })
  })

  it('is read from a CAR once', async () => {
    const put: unknown[] = []
    const car = carBytes([dag.root], walkDag(dag.root, countingSource(dag)))
    await readCar(car, { root: dag.root, into: { put: async (blocks) => void put.push(...blocks) } })
    expect(put).toHaveLength(distinct)
  })

  it.each<DagScope>(['block', 'entity', 'all'])('is sent once as a CAR of scope "%s"', async (scope) => {
    const counting = countingSource(dag)
    const source = storedBlocks(counting)
    const found = await findPath(dag.root, [], { source })
    const blocks = await collect(carBlocks(found!, { source, scope, entityBytes: undefined }))
    expect(new Set(blocks.map(({ cid }) => `${cid}`)).size).toBe(blocks.length)
    expect(counting.counts.asked).toBeLessThanOrEqual(distinct + 3)
  })

  it('is proven with as many questions as it has blocks', async () => {
    const source = countingSource(dag)
    const replica = {
      name: 'r',
      failureDomain: 'f',
      evidence: 'stored' as const,
      source,
      status: async () => 'pinned' as const,
    }
    for (const mode of ['full', 'sample'] as const) {
      source.counts.asked = 0
      const proof = await proveRetrieval(dag.root, replica, { mode })
      expect(proof.blocks).toBeLessThanOrEqual(distinct)
      expect(source.counts.asked).toBeLessThan(2 * distinct + 1_200)
    }
  })
})

it('a range of a file of 1,000^5 parts is sent with the few blocks that it needs', async () => {
  const dag = fileBomb(5)
  const source = storedBlocks(countingSource(dag))
  const found = await findPath(dag.root, [], { source })
  const entityBytes = { from: 123_456_789, to: 987_654_321_012 }
  expect(await collect(carBlocks(found!, { source, scope: 'entity', entityBytes }))).toHaveLength(dag.blocks.size)
})

it('a directory of shards that stand in two places is refused', async () => {
  const { root, blocks } = shardBomb(6)
  const source = countingSource({ root, blocks })
  await expect(listDirectory(root, source)).rejects.toMatchObject({ code: 'BLOCK_MALFORMED' })
  await expect(contentOfRelease(root, source)).rejects.toMatchObject({ code: 'BLOCK_MALFORMED' })
  expect(source.counts.asked).toBeLessThan(30)
})

describe('blocks of nothing but links', { timeout: 120_000 }, () => {
  const wide = wideChain(LENGTH, 'first')

  it('end a walk before they fill the memory', async () => {
    await expect(collect(walkDag(wide.root, countingSource(wide)))).rejects.toMatchObject({ code: 'DAG_TOO_LARGE' })
  })

  it('are not pinned', async () => {
    const late = wideChain(LENGTH, 'last')
    const blocks = { ...countingSource(late), has: () => true }
    await expect(reachDag(late.root, { blocks, marks: new CidMarks() })).rejects.toMatchObject({
      code: 'DAG_TOO_LARGE',
    })
  })

  it('end the reading of a CAR', async () => {
    async function* parentsFirst() {
      yield* [...wide.blocks.values()].reverse()
    }
    const car = carBytes([wide.root], parentsFirst())
    const reading = readCar(car, { root: wide.root, into: { put: async () => {} }, maxBlocks: 500_000 })
    await expect(reading).rejects.toMatchObject({ code: 'CAR_DAG_TOO_LARGE' })
  })

  it('fail a proof with a clear code', async () => {
    const source = countingSource(wide)
    const replica = {
      name: 'r',
      failureDomain: 'f',
      evidence: 'stored' as const,
      source,
      status: async () => 'pinned' as const,
    }
    const proof = await proveRetrieval(wide.root, replica)
    expect(proof.ok).toBe(false)
    expect(proof.failures.length).toBeLessThanOrEqual(100)
  })
})
