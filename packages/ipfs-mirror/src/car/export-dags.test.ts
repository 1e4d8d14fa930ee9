import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CarReader } from '@ipld/car'
import type { CID } from 'multiformats/cid'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importFolder } from '../import/import-folder.ts'
import { writeSite } from '../import/write-site.test.support.ts'
import type { BlockStore } from '../store/block-store.ts'
import { openBlockStore } from '../store/open-block-store.ts'
import { type CarPart, exportDags } from './export-dags.ts'
import { importCarPart } from './import-car-part.ts'

let folder: string
let store: BlockStore
let other: BlockStore
let roots: CID[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'export-'))
  store = await openBlockStore(join(folder, 'one'))
  other = await openBlockStore(join(folder, 'other'))
  roots = []
  for (const page of ['one', 'two']) {
    const site = join(folder, `site-${page}`)
    await writeSite({ 'index.html': page, 'big.bin': 'x'.repeat(3_000_000), 'a/b.txt': 'shared' }, site)
    roots.push((await importFolder(site, { store })).root)
  }
})
afterEach(async () => {
  await Promise.all([store.close(), other.close()])
  await rm(folder, { recursive: true })
})

async function exported(options = {}, source: Pick<BlockStore, 'name' | 'get'> = store): Promise<CarPart[]> {
  const parts: CarPart[] = []
  for await (const part of exportDags(roots, source, options)) parts.push(part)
  return parts
}
const cars = (parts: readonly CarPart[]) => parts.filter((part) => part.kind === 'car')

describe('DAGs in parts', () => {
  it('are whole in another store, which can then pin each root', async () => {
    for (const { chunks } of cars(await exported({ partBytes: 100_000 })))
      await importCarPart(Buffer.concat(chunks), [other])
    for (const root of roots) await other.pin(root)
    expect(other.pinned().map(String).sort()).toEqual(roots.map(String).sort())
  })

  it('have each block once, in CARs of which each is one', async () => {
    const parts = cars(await exported({ partBytes: 100_000 }))
    expect(parts.length).toBeGreaterThan(2)
    const cids: string[] = []
    for (const { chunks, root } of parts) {
      const car = await CarReader.fromBytes(Buffer.concat(chunks))
      expect((await car.getRoots()).map(String)).toEqual([`${root}`])
      for await (const cid of car.cids()) cids.push(`${cid}`)
    }
    expect(new Set(cids).size).toBe(cids.length)
  })

  it('that lack a block are said to be missing, and take nothing from those that do not', async () => {
    const lacking = { name: 'lacking', get: async (cid: CID) => (cid.equals(roots[0]!) ? undefined : store.get(cid)) }
    const parts = await exported({}, lacking)
    expect(parts.filter(({ kind }) => kind !== 'car').map(({ kind, root }) => [kind, root])).toEqual([
      ['missing', roots[0]],
      ['whole', roots[1]],
    ])
    for (const { chunks } of cars(parts)) await importCarPart(Buffer.concat(chunks), [other])
    await other.pin(roots[1]!)
    await expect(other.pin(roots[0]!)).rejects.toMatchObject({ code: 'DAG_INCOMPLETE' })
  })
})

describe('a part', () => {
  it('that was changed or cut is refused', async () => {
    const [part] = cars(await exported())
    const whole = Buffer.concat(part!.chunks)
    const changed = new Uint8Array(whole)
    changed[changed.length - 1]! ^= 1
    await expect(importCarPart(changed, [other])).rejects.toMatchObject({ code: 'CAR_BLOCK_MISMATCH' })
    await expect(importCarPart(whole.subarray(0, -1), [other])).rejects.toMatchObject({ code: 'CAR_MALFORMED' })
    expect(other.has(roots[0]!)).toBe(false)
  })
})
