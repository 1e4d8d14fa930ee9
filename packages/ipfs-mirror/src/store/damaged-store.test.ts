import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { block, damage, directory, useStoreFolder } from './store-folder.test.support.ts'

const { pack, index, withStore } = useStoreFolder()

describe('damage', () => {
  it('is noticed at every read, names the block, and is mended by another put', async () => {
    const blocks = [block('first'), block('second'), block('third')]
    await withStore((store) => store.put(blocks))
    await damage(pack(), (await readFile(pack())).indexOf('second'))
    const { cid, bytes } = blocks[1]!
    await withStore(async (store) => {
      expect(store.has(cid)).toBe(true)
      for (let i = 0; i < 2; i++) {
        await expect(store.get(cid)).rejects.toMatchObject({
          code: 'BLOCK_DAMAGED',
          message: expect.stringContaining(cid.toString()),
        })
        expect(store.has(cid)).toBe(false)
      }
      expect(await store.get(blocks[2]!.cid)).toEqual(blocks[2]!.bytes)
      await store.put([{ cid, bytes }])
      expect(await store.get(cid)).toEqual(bytes)
    })
    await rm(index())
    await withStore(async (store) => expect(await store.get(cid)).toEqual(bytes))
  })

  it('of any one bit of the pack never gives wrong bytes, loses no other block and no pin', async () => {
    const blocks = [...(await directory(block('leaf one'), block('leaf two'))), block('loose')]
    const root = blocks[2]!.cid
    await withStore(async (store) => {
      await store.put(blocks)
      await store.pin(root)
    })
    const intact = await readFile(pack())
    const savedIndex = await readFile(index())
    for (let at = 0; at < intact.length; at += 2) {
      // With a sound index most of the pack is not read at opening: every eighth byte is enough there.
      for (const withIndex of at % 8 === 0 ? [true, false] : [false]) {
        const bytes = Buffer.from(intact)
        bytes[at]! ^= 1 << ((at / 2) % 8)
        await writeFile(pack(), bytes)
        if (withIndex) await writeFile(index(), savedIndex)
        else await rm(index(), { force: true })
        await withStore(async (store) => {
          expect(store.pinned().map(String)).toEqual([root.toString()])
          let lost = 0
          for (const { cid, bytes: expected } of blocks) {
            const got = await store.get(cid).catch((error) => {
              expect(error).toMatchObject({ code: 'BLOCK_DAMAGED' })
              return undefined
            })
            if (got === undefined) lost++
            else expect(got).toEqual(expected)
          }
          expect(lost).toBeLessThanOrEqual(1)
          await store.put(blocks)
          for (const { cid, bytes: expected } of blocks) expect(await store.get(cid)).toEqual(expected)
        })
      }
    }
  })

  it('of any one bit of the index, or its absence, changes nothing', async () => {
    const blocks = await directory(block('leaf one'), block('leaf two'))
    await withStore(async (store) => {
      await store.put(blocks)
      await store.pin(blocks.at(-1)!.cid)
    })
    const intact = await readFile(index())
    for (let at = 0; at < intact.length; at += 3) {
      const bytes = Buffer.from(intact)
      bytes[at]! ^= 1 << (at % 8)
      await writeFile(index(), bytes)
      await withStore(async (store) => {
        expect(store.pinned().map(String)).toEqual([blocks.at(-1)!.cid.toString()])
        for (const { cid, bytes: expected } of blocks) expect(await store.get(cid)).toEqual(expected)
      })
    }
  })

  it('of a tail cut at any byte leaves a store with all before the cut, which takes new blocks', async () => {
    const blocks = [block('first'), block('second'), block('third')]
    const ends: number[] = []
    await withStore(async (store) => {
      for (const one of blocks) {
        await store.put([one])
        ends.push((await stat(pack())).size)
      }
    })
    const whole = await readFile(pack())
    for (let length = 0; length <= whole.length; length++) {
      // A power cut leaves a short file, or a long one whose last pages were never written.
      for (const filler of length % 4 === 0 ? [0, 100] : [0]) {
        await writeFile(pack(), Buffer.concat([whole.subarray(0, length), Buffer.alloc(filler)]))
        await rm(index(), { force: true })
        if (length < 64 && filler === 100) continue
        await withStore(async (store) => {
          for (const [i, { cid, bytes }] of blocks.entries()) {
            const got = await store.get(cid).catch((error) => {
              expect(error).toMatchObject({ code: 'BLOCK_DAMAGED' })
              return undefined
            })
            expect(got).toEqual(ends[i]! <= length ? bytes : undefined)
          }
          await store.put(blocks)
          for (const { cid, bytes } of blocks) expect(await store.get(cid)).toEqual(bytes)
        })
      }
    }
  })
})
