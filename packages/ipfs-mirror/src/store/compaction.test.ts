import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { type Block, type BlockStore, LEASE_MS, type StoreEvent } from './block-store.ts'
import { openBlockStore } from './open-block-store.ts'
import { block, damage, directory, useStoreFolder } from './store-folder.test.support.ts'

const { folder, pack, withStore } = useStoreFolder()

/** A directory of leaves of 1 kB. */
const site = (name: string, leaves = 20) =>
  directory(...Array.from({ length: leaves }, (_, i) => block(`${name} ${i} `.padEnd(1000, '.'))))
const rootOf = (blocks: readonly Block[]): CID => blocks.at(-1)!.cid

async function keep(store: BlockStore, blocks: readonly Block[]): Promise<void> {
  await store.put(blocks)
  await store.pin(rootOf(blocks))
}

async function expectWhole(store: BlockStore, blocks: readonly Block[]): Promise<void> {
  for (const { cid, bytes } of blocks) expect(await store.get(cid)).toEqual(bytes)
}

/** Runs with a store that frees its disk whenever most of it is dead; `happened` waits for what it says it did. */
function withEagerStore<T>(
  use: (store: BlockStore, happened: (count: number) => Promise<StoreEvent[]>) => Promise<T>,
  now = Date.now,
) {
  const events: StoreEvent[] = []
  const happened = async (count: number) => {
    await expect.poll(() => events.length, { interval: 5 }).toBe(count)
    return events
  }
  return withStore((store) => use(store, happened), { minDeadBytes: 1, now, onEvent: (event) => events.push(event) })
}

describe('a store whose roots are let go', () => {
  it('frees its disk by itself once most of it is dead', async () => {
    const kept = await site('kept')
    const [second, third] = [await site('second'), await site('third')]
    await withEagerStore(async (store, happened) => {
      for (const blocks of [kept, second, third]) await keep(store, blocks)
      await store.unpin(rootOf(third))
      await store.unpin(rootOf(second))
      const before = (await stat(pack())).size
      const [event] = await happened(1)
      expect(event).toMatchObject({ kind: 'compacted', freedBytes: expect.any(Number) })
      expect((await stat(pack())).size).toBeLessThan(before * 0.4)
      await expectWhole(store, kept)
      expect(store.has(rootOf(third))).toBe(false)
    })
    await withStore((store) => expectWhole(store, kept))
  })

  it('leaves its disk alone while most of it is needed, or little is dead', async () => {
    const [large, small] = [await site('large', 40), await site('small', 5)]
    const run = async (store: BlockStore) => {
      for (const blocks of [large, small]) await keep(store, blocks)
      const before = (await stat(pack())).size
      await store.unpin(rootOf(small))
      expect((await stat(pack())).size).toBeGreaterThanOrEqual(before)
    }
    await withStore(run, { minDeadBytes: 1 })
    await withStore((store) => store.unpin(rootOf(large)))
    await withStore((store) => expectWhole(store, [...large, ...small]))
    expect(await readdir(folder())).not.toContain('blocks.pack.new')
  })

  it('says why it cannot, and does so when that is mended', async () => {
    const kept = await site('kept')
    const dropped = await site('dropped', 60)
    await withStore(async (store) => {
      for (const blocks of [kept, dropped]) await keep(store, blocks)
    })
    await damage(pack(), (await readFile(pack())).indexOf('kept 7'))
    await withEagerStore(async (store, happened) => {
      await store.unpin(rootOf(dropped))
      expect(await happened(1)).toMatchObject([{ kind: 'compaction-failed', error: { code: 'BLOCK_DAMAGED' } }])
      await expectWhole(store, dropped)
      await store.put(kept)
    })
    await withEagerStore(async (store, happened) => {
      expect(await happened(1)).toMatchObject([{ kind: 'compacted' }])
      await expectWhole(store, kept)
    })
  })

  it('takes up at the next opening what a crash or a close cut short', async () => {
    const [kept, dropped] = [await site('kept'), await site('dropped', 60)]
    await withStore(async (store) => {
      for (const blocks of [kept, dropped]) await keep(store, blocks)
      await store.unpin(rootOf(dropped))
    })
    await writeFile(`${pack()}.new`, 'half a pack')
    await withEagerStore(async (store, happened) => {
      await happened(1)
      await expectWhole(store, kept)
    })
    expect(await readdir(folder())).not.toContain('blocks.pack.new')
  })
})

describe('work that is not finished', () => {
  it('loses no block that it found here while it holds them, and its root keeps them after', async () => {
    const [old, dropped] = [await site('old'), await site('dropped', 60)]
    await withEagerStore(async (store, happened) => {
      for (const blocks of [old, dropped]) await keep(store, blocks)
      {
        using _hold = store.hold()
        for (const blocks of [old, dropped]) await store.unpin(rootOf(blocks))
        // The same files again: nothing is written, all of it is relied on.
        await store.put(old)
        expect(old.every(({ cid }) => store.has(cid))).toBe(true)
        await store.pin(rootOf(old))
      }
      await happened(1)
      await expectWhole(store, old)
      expect(store.has(rootOf(dropped))).toBe(false)
    })
  })

  it('is kept by a lease, whole or not, until that ends', async () => {
    let now = Date.now()
    const [begun, dropped] = [await site('begun'), await site('dropped', 60)]
    const half = begun.slice(3)
    await withStore(
      async (store) => {
        await store.put(half)
        await store.lease(rootOf(begun))
        await store.compact()
      },
      { now: () => now },
    )
    now += LEASE_MS - 1000
    const letGo = async (store: BlockStore) => {
      await keep(store, dropped)
      await store.unpin(rootOf(dropped))
    }
    await withEagerStore(
      async (store, happened) => {
        await letGo(store)
        await happened(1)
        await expectWhole(store, half)
      },
      () => now,
    )
    now += 2000
    await withEagerStore(
      async (store, happened) => {
        await letGo(store)
        await happened(1)
        expect(half.filter(({ cid }) => store.has(cid))).toEqual([])
      },
      () => now,
    )
  })

  it('does not fill the pack with leases of the same root', async () => {
    const begun = await site('begun')
    await withStore(async (store) => {
      await store.put(begun)
      await store.lease(rootOf(begun))
      const { size } = await stat(pack())
      for (let i = 0; i < 100; i++) await store.lease(rootOf(begun))
      expect((await stat(pack())).size).toBe(size)
    })
  })
})

describe('work that failed', () => {
  it('leaves nothing on the disk, however little else is there, and takes nothing of others', async () => {
    const [kept, failed, begun] = [await site('kept', 60), await site('failed'), await site('begun', 3)]
    await withStore(async (store) => {
      await keep(store, kept)
      const before = (await stat(pack())).size
      {
        using _failing = store.hold()
        await store.put(failed)
        await store.tidy()
        using _going = store.hold()
        await store.put(begun)
      }
      // Who reads a block in the moment in which it goes gets it, or hears that it is not there: never that it is damaged.
      while ((await stat(pack())).size > before) {
        for (const bytes of await Promise.all(failed.map(({ cid }) => store.get(cid)))) {
          if (bytes !== undefined) expect(failed.map((one) => one.bytes)).toContainEqual(bytes)
        }
      }
      for (const { cid } of failed) expect(await store.get(cid)).toBeUndefined()
      await expectWhole(store, kept)
      await keep(store, failed)
      await expectWhole(store, failed)
    })
    await withStore(async (store) => {
      for (const blocks of [kept, failed]) await expectWhole(store, blocks)
      expect(begun.some(({ cid }) => store.has(cid))).toBe(false)
    })
  })

  it('never costs a block that somebody found before it went', async () => {
    const [failed, other] = [await site('failed'), await site('other')]
    await withStore(async (store) => {
      for (let round = 0; round < 20; round++) {
        await store.put(failed)
        void store.tidy()
        await new Promise<void>((resolve) => setImmediate(resolve))
        using _hold = store.hold()
        // Some rounds find it before it is cut off, some after; what was found stays, whatever is put beside it.
        const found = failed.filter(({ cid }) => store.has(cid))
        await store.put(other)
        await expectWhole(store, [...found, ...other])
      }
    })
  })

  it('is not taken for other blocks in its place by an index from before, after a kill', async () => {
    const [failed, other] = [await site('failed'), await site('another')]
    const copy = await mkdtemp(join(tmpdir(), 'store-killed-'))
    const run = async (store: BlockStore) => {
      {
        using _hold = store.hold()
        await store.put(failed)
        // This saves an index, with what is held in it.
        await store.compact()
      }
      await store.tidy()
      expect((await stat(pack())).size).toBeLessThan(100)
      await store.put(other)
      await store.sync()
      // What a kill now would leave.
      await cp(folder(), copy, { recursive: true })
    }
    await withStore(run)
    const store = await openBlockStore(copy)
    await expectWhole(store, other)
    expect(failed.some(({ cid }) => store.has(cid))).toBe(false)
    await store.close()
    await rm(copy, { recursive: true })
  })
})

it('readers and writers notice nothing of compactions under way', async () => {
  const WRITES = 100
  const COMPACTIONS = 8
  const KEPT = 4
  const events: StoreEvent[] = []
  const options = { minDeadBytes: 1, onEvent: (event: StoreEvent) => void events.push(event) }
  await withStore(async (store) => {
    const sites: Block[][] = [await site('first')]
    await keep(store, sites[0]!)
    let writing = true
    const write = async () => {
      for (let n = 0; n < WRITES || events.length < COMPACTIONS; n++) {
        // Every third shares most of its leaves with one that was let go, which may be gone, or going.
        const blocks = await (n % 3 === 0
          ? directory(...(await site(`${n - 9}`)).slice(0, 19), block(`${n}`))
          : site(`${n}`))
        using _hold = store.hold()
        await store.put(blocks)
        await store.pin(rootOf(blocks))
        sites.push(blocks)
        if (sites.length > KEPT) await store.unpin(rootOf(sites.shift()!))
      }
      writing = false
    }
    let reads = 0
    const read = async () => {
      while (writing) {
        const blocks = sites.at(-1)!
        const { cid, bytes } = blocks[reads++ % blocks.length]!
        expect(await store.get(cid)).toEqual(bytes)
      }
    }
    await Promise.all([write(), read(), read()])
    expect(reads).toBeGreaterThan(WRITES)
    for (const blocks of sites) await expectWhole(store, blocks)
    expect(events.filter(({ kind }) => kind !== 'compacted')).toEqual([])
    await store.compact()
    expect((await stat(pack())).size).toBeLessThan(KEPT * 30_000)
  }, options)
  await withStore(async (store) => expect(store.pinned()).toHaveLength(KEPT))
})

describe('a compaction that is asked for', () => {
  it('keeps what pinned roots need and drops the rest', async () => {
    const kept = await directory(block('shared'), block('kept'))
    const dropped = await directory(block('shared'), block('dropped'))
    await withStore(async (store) => {
      await store.put([...kept, ...dropped])
      await store.pin(kept.at(-1)!.cid)
      await store.pin(dropped.at(-1)!.cid)
      await store.unpin(dropped.at(-1)!.cid)
      expect((await store.compact()).freedBytes).toBeGreaterThan(0)
    })
    await withStore(async (store) => {
      for (const { cid, bytes } of kept) expect(await store.get(cid)).toEqual(bytes)
      expect(await store.get(dropped[1]!.cid)).toBeUndefined()
      expect(await store.get(dropped.at(-1)!.cid)).toBeUndefined()
      expect(store.pinned().map(String)).toEqual([kept.at(-1)!.cid.toString()])
      await store.put(dropped)
      expect(await store.get(dropped[1]!.cid)).toEqual(dropped[1]!.bytes)
    })
  })

  it('changes nothing while a pinned block is damaged, and says which', async () => {
    const kept = await directory(block('precious'))
    await withStore(async (store) => {
      await store.put([...kept, block('loose')])
      await store.pin(kept.at(-1)!.cid)
    })
    await damage(pack(), (await readFile(pack())).indexOf('precious'))
    await withStore(async (store) => {
      await expect(store.compact()).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
      expect(await store.get(block('loose').cid)).toEqual(block('loose').bytes)
      await store.put([kept[0]!])
      await store.compact()
      expect(await store.get(kept[0]!.cid)).toEqual(kept[0]!.bytes)
    })
  })

  it('lets reads under way finish', async () => {
    const kept = await directory(...Array.from({ length: 50 }, (_, i) => block(`leaf ${i}`)))
    await withStore(async (store) => {
      await store.put(kept)
      await store.pin(kept.at(-1)!.cid)
      const reads = kept.map(({ cid }) => store.get(cid))
      const compacting = store.compact()
      expect(await Promise.all(reads)).toEqual(kept.map(({ bytes }) => bytes))
      await compacting
      expect(await store.get(kept[0]!.cid)).toEqual(kept[0]!.bytes)
    })
  })

  it('left half done by a crash is forgotten at the next opening', async () => {
    const kept = await directory(block('kept'))
    await withStore((store) => store.put(kept))
    await writeFile(`${pack()}.new`, 'half a pack')
    await withStore(async (store) => expect(await store.get(kept[0]!.cid)).toEqual(kept[0]!.bytes))
    await expect(stat(`${pack()}.new`)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
