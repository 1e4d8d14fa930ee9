import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { rawCidFromSha256 } from '@domainsync/core'
import { CID } from 'multiformats/cid'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha256 } from '../car/block-fault.ts'
import { CidMarks } from '../car/cid-marks.ts'
import { buildDirectory } from '../import/build-directory.ts'
import type { Block, BlockStore } from './block-store.ts'
import { openBlockStore } from './open-block-store.ts'
import { reachDag } from './reach-dag.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'))
})
afterEach(() => rm(folder, { recursive: true }))

function block(text: string): Block {
  const bytes = new TextEncoder().encode(text)
  return { cid: rawCidFromSha256(sha256(bytes)), bytes }
}

/** A directory of raw files, its own block last. */
async function directory(...leaves: Block[]): Promise<Block[]> {
  const made: Block[] = []
  const entries = leaves.map(({ cid, bytes }, i) => ({ name: `file-${i}`, cid, dagBytes: bytes.length }))
  await buildDirectory(entries, (node) => {
    made.push(node)
    return undefined
  })
  return [...leaves, ...made]
}

async function withStore<T>(use: (store: BlockStore) => Promise<T>): Promise<T> {
  const store = await openBlockStore(folder)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** Flips one bit of a file. */
async function damage(file: string, at: number): Promise<void> {
  const bytes = await readFile(file)
  bytes[at]! ^= 1
  await writeFile(file, bytes)
}

const pack = () => join(folder, 'blocks.pack')
const index = () => join(folder, 'blocks.index')

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
    const store = await openBlockStore(folder)
    await store.close()
    await store.close()
    await expect(store.get(block('x').cid)).rejects.toMatchObject({ code: 'STORE_CLOSED' })
    await expect(store.put([])).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  })

  it('does not take a foreign file for a pack, and leaves it alone', async () => {
    await writeFile(pack(), 'somebody’s diary, long enough to be a pack header and more than that')
    const before = await readFile(pack())
    await expect(openBlockStore(folder)).rejects.toMatchObject({ code: 'STORE_MALFORMED' })
    expect(await readFile(pack())).toEqual(before)
  })
})

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

describe('compaction', () => {
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

describe('another owner', () => {
  it('is refused while the store is open here, and welcome after', async () => {
    const store = await openBlockStore(folder)
    await expect(openBlockStore(folder)).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    await store.close()
    await (await openBlockStore(folder)).close()
  })

  it('is refused while another process has it open, and welcome once that was killed', async () => {
    const child = runInChild('await openBlockStore(folder); console.log("open"); setInterval(() => {}, 1000)')
    await child.line()
    await expect(openBlockStore(folder)).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    await child.kill()
    await (await openBlockStore(folder)).close()
  })
})

it('says so when the disk is full, keeps what it had, and goes on when there is room', async () => {
  // The shell's file size limit (in half or whole kilobytes) stands for the disk: writes past it fail.
  const child = runInChild(
    `
    const store = await openBlockStore(folder)
    const blockOf = (n) => { const bytes = Buffer.alloc(3000, 'block ' + n); return { cid: rawCidFromSha256(sha256(bytes)), bytes } }
    for (let n = 0; ; n++) {
      try { await store.put([blockOf(n), blockOf(-n - 1)]) } catch (error) { console.log(error.code, n); break }
    }
    await store.sync()
    console.log(Buffer.from(await store.get(blockOf(0).cid)).toString('utf8', 0, 7), store.has(blockOf(1e6).cid))
    setInterval(() => {}, 1000)`,
    'ulimit -f 200; exec "$0" "$@"',
  )
  const [code, stored] = (await child.line()).split(' ')
  expect(code).toBe('STORE_WRITE_FAILED')
  expect(await child.line()).toBe('block 0 false')
  await child.kill()
  await withStore(async (store) => {
    for (let n = -Number(stored); n < Number(stored); n++) {
      const bytes = Buffer.alloc(3000, `block ${n}`)
      expect(Buffer.compare((await store.get(rawCidFromSha256(sha256(bytes))))!, bytes)).toBe(0)
    }
    await store.put([block('room again')])
    expect(await store.get(block('room again').cid)).toEqual(block('room again').bytes)
  })
  expect(Number(stored)).toBeGreaterThan(5)
})

it('has everything that was synced or pinned, whenever its process is killed', async () => {
  // The child compacts now and then, too; `done` comes after sync or pin returned.
  const script = `
    const store = await openBlockStore(folder)
    const root = async (n) => {
      const blocks = []
      const entries = []
      for (let i = 0; i < 20; i++) {
        const bytes = Buffer.from('block ' + n + '/' + i + ' '.repeat(i * 500))
        const cid = rawCidFromSha256(sha256(bytes))
        blocks.push({ cid, bytes })
        entries.push({ name: 'f' + i, cid, dagBytes: bytes.length })
      }
      const { cid } = await buildDirectory(entries, (block) => void blocks.push(block))
      return { cid, blocks }
    }
    for (let n = start; ; n++) {
      const { cid, blocks } = await root(n)
      await store.put(blocks)
      await store.pin(cid)
      console.log('pinned ' + n + ' ' + cid)
      if (n % 7 === 6) { await store.compact(); console.log('compacted ' + n) }
    }`
  const promised = new Map<number, string>()
  for (let round = 0; round < 6; round++) {
    const child = runInChild(`const start = ${round * 1000}\n${script}`)
    const wanted = 5 + round * 3
    for (let seen = 0; seen < wanted; ) {
      const [what, n, cid] = (await child.line()).split(' ')
      if (what === 'pinned') {
        promised.set(Number(n), cid!)
        seen++
      }
    }
    await child.kill()
    await withStore(async (store) => {
      const pinned = new Set(store.pinned().map(String))
      for (const cid of promised.values()) expect(pinned).toContain(cid)
      for (const root of store.pinned()) await reachDag(root, { blocks: readingLeaves(store), marks: new CidMarks() })
    })
  }
  expect(promised.size).toBeGreaterThan(50)
})

/** A store whose leaves are read, not only looked up. */
function readingLeaves(store: BlockStore) {
  return { has: () => false, get: (cid: CID) => store.get(cid) }
}

/** Runs code that has `openBlockStore` and `folder` in another process, started by a shell script when one is given. */
function runInChild(code: string, shell = 'exec "$0" "$@"') {
  const source = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
  const program = `
    import { openBlockStore } from ${source('./open-block-store.ts')}
import { buildDirectory } from ${source('../import/build-directory.ts')}
    import { sha256 } from ${source('../car/block-fault.ts')}
    import { rawCidFromSha256 } from ${JSON.stringify(import.meta.resolve('@domainsync/core'))}
    const folder = ${JSON.stringify(folder)}
    ${code}`
  const child = spawn('sh', ['-c', shell, process.execPath, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async line(): Promise<string> {
      const { value, done } = await lines.next()
      if (done) throw new Error('the child ended')
      return value
    },
    async kill(): Promise<void> {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
