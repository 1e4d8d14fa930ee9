import { DAG_PB, rawCidFromSha256, SHA2_256 } from '@domainsync/core'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { expect, it } from 'vitest'
import type { Block } from '../store/block-store.ts'
import { block, directory } from '../store/store-folder.test.support.ts'
import { sha256 } from './block-fault.ts'
import { collect } from './collect.test.support.ts'
import { walkDag } from './walk-dag.ts'

function sourceOf(held: readonly Block[]) {
  return { name: 'test', get: async (cid: CID) => held.find((one) => one.cid.equals(cid))?.bytes }
}

it('asks for several blocks at a time, and for each once', async () => {
  const blocks = await directory(...Array.from({ length: 30 }, (_, i) => block(`leaf ${i % 20}`)))
  const root = blocks.at(-1)!.cid
  const asked: string[] = []
  let flying = 0
  let most = 0
  const slow = {
    name: 'slow',
    async get(cid: CID) {
      asked.push(cid.toString())
      most = Math.max(most, ++flying)
      await new Promise(setImmediate)
      flying--
      return sourceOf(blocks).get(cid)
    },
  }
  const walked = await collect(walkDag(root, slow, { concurrency: 4 }))
  expect(walked[0]!.cid).toEqual(root)
  expect(walked.map(({ cid }) => cid.toString()).sort()).toEqual([...new Set(blocks.map(({ cid }) => `${cid}`))].sort())
  expect(new Set(asked).size).toBe(asked.length)
  expect(most).toBe(4)
})

it('stops when told', async () => {
  const blocks = await directory(block('a'), block('b'))
  const controller = new AbortController()
  const walking = walkDag(blocks.at(-1)!.cid, sourceOf(blocks), { signal: controller.signal })
  await walking.next()
  controller.abort(new Error('enough'))
  await expect(walking.next()).rejects.toThrow('enough')
})

const text = new TextEncoder().encode('not a node')
const fakeNode = { cid: CID.createV1(DAG_PB, Digest.create(SHA2_256, sha256(text))), bytes: text }
const huge = new Uint8Array(2 * 1024 * 1024 + 1)
it.each([
  ['a root that no release has', 'BLOCK_UNSUPPORTED', { cid: CID.parse('bafkqaaa'), bytes: new Uint8Array() }],
  ['a block over 2 MiB', 'BLOCK_TOO_LARGE', { cid: rawCidFromSha256(sha256(huge)), bytes: huge }],
  ['bytes named dag-pb that are none', 'BLOCK_MALFORMED', fakeNode],
  ['other bytes', 'BLOCK_MISMATCH', { ...block('right'), bytes: text }],
])('refuses %s (%s)', async (_what, code, one) => {
  await expect(collect(walkDag(one.cid, sourceOf([one])))).rejects.toMatchObject({ code })
})
