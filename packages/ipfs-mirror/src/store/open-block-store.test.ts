import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { rawCidFromSha256 } from '@domainsync/core'
import { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../car/block-fault.ts'
import { buildDirectory } from '../import/build-directory.ts'
import type { Block, StoreEvent } from './block-store.ts'
import { openBlockStore } from './open-block-store.ts'
import { block, directory, useStoreFolder } from './store-folder.test.support.ts'

const { folder, pack, withStore } = useStoreFolder()

describe('a block store', () => {
  it('gives back what was put, also after it was opened again, and undefined for the rest', async () => {
    const blocks = [block('one'), block(''), block('x'.repeat(1024 * 1024))]
    await withStore((store) => store.put(blocks))
    await withStore(async (store) => {
      for (const { cid, bytes } of blocks) {
        expect(store.has(cid)).toBe(true)
        expect(Buffer.compare((await store.get(cid))!, bytes)).toBe(0)
      }
      expect(await store.get(block('other').cid)).toBeUndefined()
      expect(store.has(block('other').cid)).toBe(false)
    })
  })

  it('lets nobody else read its files, nor those of a store that a laxer version made', async () => {
    const path = join(folder(), 'deep', 'store')
    const others = async () => {
      const files = [path, dirname(path), ...(await readdir(path)).map((name) => join(path, name))]
      const modes = await Promise.all(files.map(async (file) => ({ file, mode: (await stat(file)).mode })))
      return modes.filter(({ mode }) => (mode & 0o077) !== 0)
    }
    const store = await openBlockStore(path)
    await store.put([block('secret')])
    expect(await others()).toEqual([])
    await store.close()
    await chmod(join(path, 'lock'), 0o644)
    await (await openBlockStore(path)).close()
    expect(await readdir(path)).toEqual(['blocks.index', 'blocks.pack', 'lock'])
    expect(await others()).toEqual([])
  })

  it('stores a block once, however often it is put', async () => {
    await withStore(async (store) => {
      await store.put([block('same'), block('same')])
      const { size } = await stat(pack())
      await Promise.all([store.put([block('same')]), store.put([block('same')])])
      expect((await stat(pack())).size).toBe(size)
    })
  })

  it('keeps pins, and forgets them after unpin', async () => {
    const a = await directory(block('a'))
    const b = await directory(block('b'))
    await withStore(async (store) => {
      await store.put([...a, ...b])
      await store.pin(a.at(-1)!.cid)
      await store.pin(a.at(-1)!.cid)
      await store.pin(b.at(-1)!.cid)
      await store.unpin(b.at(-1)!.cid)
    })
    await withStore(async (store) => {
      expect(store.pinned().map(String)).toEqual([a.at(-1)!.cid.toString()])
    })
  })

  it('refuses to pin a root whose DAG is not all there, naming the missing block', async () => {
    const [leaf, node] = await directory(block('leaf'))
    await withStore(async (store) => {
      await store.put([node!])
      await expect(store.pin(node!.cid)).rejects.toMatchObject({
        code: 'DAG_INCOMPLETE',
        message: expect.stringContaining(leaf!.cid.toString()),
      })
      expect(store.pinned()).toEqual([])
      await store.put([leaf!])
      await store.pin(node!.cid)
    })
  })

  it('looks below a directory although a raw file has the same bytes', async () => {
    const [, node] = await directory(block('missing'))
    const decoy: Block = { cid: rawCidFromSha256(node!.cid.multihash.digest), bytes: node!.bytes }
    const made: Block[] = []
    const entries = [decoy, node!].map(({ cid, bytes }, i) => ({ name: `${i}`, cid, dagBytes: bytes.length }))
    const root = await buildDirectory(entries, (it) => {
      made.push(it)
      return undefined
    })
    await withStore(async (store) => {
      await store.put([decoy, ...made])
      await expect(store.pin(root.cid)).rejects.toMatchObject({ code: 'DAG_INCOMPLETE' })
    })
  })

  it.each([
    ['an identity hash', 'bafkqaaa', 'BLOCK_UNSUPPORTED'],
    ['CIDv0', 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn', 'BLOCK_UNSUPPORTED'],
    ['dag-cbor', 'bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua', 'BLOCK_UNSUPPORTED'],
  ])('refuses a block with %s', async (_what, text, code) => {
    const cid = CID.parse(text)
    await withStore(async (store) => {
      await expect(store.put([{ cid, bytes: new Uint8Array() }])).rejects.toMatchObject({ code })
      await expect(store.pin(cid)).rejects.toMatchObject({ code })
      expect(await store.get(cid)).toBeUndefined()
    })
  })

  it('refuses a block over 2 MiB', async () => {
    const bytes = new Uint8Array(2 * 1024 * 1024 + 1)
    await withStore((store) =>
      expect(store.put([{ cid: rawCidFromSha256(sha256(bytes)), bytes }])).rejects.toMatchObject({
        code: 'BLOCK_TOO_LARGE',
      }),
    )
  })

  it('answers nothing after it was closed', async () => {
    const store = await openBlockStore(folder())
    await store.close()
    await store.close()
    await expect(store.get(block('x').cid)).rejects.toMatchObject({ code: 'STORE_CLOSED' })
    await expect(store.put([])).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  })

  it('closes without an index when its disk has no room for one, and has everything', async () => {
    const events: StoreEvent[] = []
    // Writes to it end as they do on a full disk.
    await symlink('/dev/full', join(folder(), 'blocks.index.new'))
    await withStore((store) => store.put([block('kept')]), { onEvent: (event) => events.push(event) })
    expect(events).toMatchObject([{ kind: 'index-unsaved', error: { code: 'ENOSPC' } }])
    expect(await readdir(folder())).toEqual(['blocks.pack', 'lock'])
    await withStore(async (store) => expect(await store.get(block('kept').cid)).toEqual(block('kept').bytes))
  })

  it('does not take a foreign file for a pack, and leaves it alone', async () => {
    await writeFile(pack(), 'somebody’s diary, long enough to be a pack header and more than that')
    const before = await readFile(pack())
    await expect(openBlockStore(folder())).rejects.toMatchObject({ code: 'STORE_MALFORMED' })
    expect(await readFile(pack())).toEqual(before)
  })

  it('says so when its folder cannot be one', async () => {
    await writeFile(`${folder()}/file`, 'x')
    await expect(openBlockStore(`${folder()}/file`)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await expect(openBlockStore(`${folder()}/file/below`)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})
