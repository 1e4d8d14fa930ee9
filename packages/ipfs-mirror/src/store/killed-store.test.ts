import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { rawCidFromSha256 } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../car/block-fault.ts'
import { CidMarks } from '../car/cid-marks.ts'
import type { BlockStore } from './block-store.ts'
import { openBlockStore } from './open-block-store.ts'
import { reachDag } from './reach-dag.ts'
import { runInChild } from './run-in-child.test.support.ts'
import { block, useStoreFolder } from './store-folder.test.support.ts'

/** Children that load their sources take seconds on a busy machine. */
const SLOW = { timeout: 120_000 }

const { folder, withStore } = useStoreFolder()

describe('another owner', () => {
  it('is refused while the store is open here, and welcome after', async () => {
    const store = await openBlockStore(folder())
    await expect(openBlockStore(folder())).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    await store.close()
    await (await openBlockStore(folder())).close()
  })

  it('is refused while another process has it open, and welcome once that was killed', async () => {
    const child = runInChild('await openBlockStore(folder); console.log("open"); setInterval(() => {}, 1000)', {
      folder: folder(),
    })
    await child.line()
    await expect(openBlockStore(folder())).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    await child.kill()
    await (await openBlockStore(folder())).close()
  })

  it('names the process that has it open, and never one that had it before', async () => {
    const code = 'await openBlockStore(folder); console.log(process.pid); setInterval(() => {}, 1000)'
    const child = runInChild(code, { folder: folder() })
    const pid = await child.line()
    await expect(openBlockStore(folder())).rejects.toThrow(`is open in process ${pid} (`)
    await child.kill()
    // What the killed one left: it is gone, and so is what it wrote as soon as another has the lock.
    const holder = join(folder(), 'lock.holder')
    expect(JSON.parse(await readFile(holder, 'utf8'))).toMatchObject({ pid: Number(pid) })
    const store = await openBlockStore(folder())
    await expect(openBlockStore(folder())).rejects.toThrow(`is open in process ${process.pid} (`)
    for (const stale of [
      `{"pid":${pid},"host":"${hostname()}","command":"old"}`,
      '{"pid":1,"host":"other","command":"x"}',
      '{',
    ]) {
      await writeFile(holder, stale)
      await expect(openBlockStore(folder())).rejects.toThrow('is open in another process;')
    }
    await store.close()
    expect(await readdir(folder())).not.toContain('lock.holder')
  })
})

it('says so when the disk is full, keeps what it had, and goes on when there is room', SLOW, async () => {
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
    { folder: folder(), shell: 'ulimit -f 200; exec "$0" "$@"' },
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

it('has everything that was synced or pinned, whenever its process is killed', SLOW, async () => {
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
    const child = runInChild(`const start = ${round * 1000}\n${script}`, { folder: folder() })
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

it('loses nothing to kills while it frees its disk by itself, and does free it', SLOW, async () => {
  const LEAF_BYTES = 20_000
  const KEPT = 3
  // The child keeps a few roots and lets go of the older ones; its store compacts in the background all the time.
  const script = `
    const store = await openBlockStore(folder, { minDeadBytes: 1, onEvent: ({ kind }) => console.log('did ' + kind) })
    for (let n = start; ; n++) {
      const blocks = []
      const entries = []
      for (let i = 0; i < 20; i++) {
        const bytes = Buffer.alloc(${LEAF_BYTES}, 'leaf ' + n + '/' + i)
        const cid = rawCidFromSha256(sha256(bytes))
        blocks.push({ cid, bytes })
        entries.push({ name: 'f' + i, cid, dagBytes: bytes.length })
      }
      const { cid } = await buildDirectory(entries, (block) => void blocks.push(block))
      const hold = store.hold()
      await store.put(blocks)
      await store.pin(cid)
      hold[Symbol.dispose]()
      console.log('pinned ' + cid)
      // Work that fails.
      const failing = store.hold()
      await store.put(blocks.map((_, i) => Buffer.alloc(5000, 'fails ' + n + '/' + i)).map((bytes) => ({ bytes, cid: rawCidFromSha256(sha256(bytes)) })))
      failing[Symbol.dispose]()
      await store.tidy()
      for (const root of store.pinned().slice(0, -${KEPT})) {
        console.log('lets-go ' + root)
        await store.unpin(root)
      }
    }`
  const promised = new Set<string>()
  let compactions = 0
  for (let round = 0; round < 4; round++) {
    const child = runInChild(`const start = ${round * 1000}\n${script}`, { folder: folder() })
    const note = (line: string) => {
      const [what, value] = line.split(' ') as [string, string]
      if (what === 'pinned') promised.add(value)
      if (what === 'lets-go') promised.delete(value)
      if (what !== 'did') return
      expect(value).toBe('compacted')
      compactions++
    }
    for (const wanted = compactions + 6 + 2 * round; compactions < wanted; ) note(await child.line())
    // What it let go of before it died counts, read or not.
    for (const line of await child.kill()) note(line)
    await withStore(async (store) => {
      const pinned = new Set(store.pinned().map(String))
      for (const root of promised) expect(pinned).toContain(root)
      for (const root of store.pinned()) await reachDag(root, { blocks: readingLeaves(store), marks: new CidMarks() })
    })
    const files = await readdir(folder())
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder(), name))).size))
    // Twice what is kept, one more that was not let go yet, and what a compaction under way may leave.
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4 * (KEPT + 1) * 20 * LEAF_BYTES)
  }
  expect(compactions).toBeGreaterThan(30)
})

/** A store whose leaves are read, not only looked up. */
function readingLeaves(store: BlockStore) {
  return { has: () => false, get: (cid: CID) => store.get(cid) }
}
