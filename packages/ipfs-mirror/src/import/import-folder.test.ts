import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { byPath } from '@domainsync/core'
import fc from 'fast-check'
import type { CID } from 'multiformats/cid'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Block } from '../store/block-store.ts'
import { openBlockStore } from '../store/open-block-store.ts'
import { importFolder } from './import-folder.ts'
import { referenceRoot, type SiteFiles, writeSite } from './write-site.test.support.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const site = () => join(folder, 'site')

/** Site files with hostile names: prefixes of each other, dots, unusual planes. */
const names = fc.oneof(
  fc.stringMatching(/^[a-b.\- ]{1,4}$/),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }),
  fc.constantFrom('\ufffd', '😀', '\ue000', '__proto__', 'constructor', '\\a'),
)
const usable = names
  .map((name) => name.replace(/[/\0\ud800-\udfff]/g, '_').replace(/^\.(git|env)/i, 'x'))
  // The reference importer takes a backslash before a slash for an escape.
  .map((name) => name.replace(/\\$/, '_'))
  .filter((name) => name !== '.' && name !== '..' && !/^\.(git$|env)/i.test(name))
const trees = fc
  .uniqueArray(fc.tuple(fc.array(usable, { minLength: 1, maxLength: 3 }), fc.uint8Array({ maxLength: 20 })), {
    minLength: 1,
    maxLength: 12,
    selector: ([path]) => path.join('/'),
  })
  // A path that is both a file and a folder cannot be.
  .filter((files) => {
    const paths = files.map(([path]) => path.join('/'))
    return !paths.some((path) => paths.some((other) => other.startsWith(`${path}/`)))
  })
  .map((files): SiteFiles => Object.fromEntries(files.map(([path, bytes]) => [`s/${path.join('/')}`, bytes])))

/** A store that lets nothing go needs no holds. */
const UNHELD = { hold: () => ({ [Symbol.dispose]() {} }), lease: async () => {} }

describe('importFolder', () => {
  it('gives the reference importer’s root, whatever the names and the order they were written in', async () => {
    await fc.assert(
      fc.asyncProperty(trees, async (files) => {
        await rm(folder, { recursive: true, force: true })
        await writeSite(files, site())
        const content = await importFolder(site())
        expect(content.root.toString()).toBe(await referenceRoot(files))
        await rm(folder, { recursive: true, force: true })
        await writeSite(Object.fromEntries(Object.entries(files).reverse()), site())
        expect((await importFolder(site())).root.toString()).toBe(content.root.toString())
        expect(content.files.toSorted(byPath)).toEqual(content.files)
        for (const { path, sha256, sizeBytes } of content.files) {
          expect(sha256).toBe(createHash('sha256').update(files[path]!).digest('hex'))
          expect(sizeBytes).toBe(files[path]!.length)
        }
        expect(content.files.length).toBe(Object.keys(files).length)
      }),
      { numRuns: 40 },
    )
  })

  it('reads big files in chunks and gives their SHA-256 as well as their CID', async () => {
    const sizes = [1024 * 1024, 1024 * 1024 + 1, 5 * 1024 * 1024, 12 * 1024 * 1024 + 17]
    const files = Object.fromEntries(sizes.map((size) => [`${size}.bin`, Buffer.alloc(size, `${size}`)]))
    await writeSite(files, site())
    const store = await openBlockStore(join(folder, 'store'))
    const content = await importFolder(site(), { store })
    expect(content.root.toString()).toBe(await referenceRoot(files))
    await store.pin(content.root)
    for (const { path, sha256 } of content.files) {
      expect(sha256).toBe(createHash('sha256').update(files[path]!).digest('hex'))
    }
    await store.close()
  })

  it('includes .well-known and drops empty folders', async () => {
    const files = { 'index.html': 'hi', '.well-known/security.txt': 'mailto:a@example.test', '.nojekyll': '' }
    await writeSite(files, site())
    await mkdir(join(site(), 'empty/also-empty'), { recursive: true })
    const content = await importFolder(site())
    expect(content.root.toString()).toBe(await referenceRoot(files))
    expect(content.directories).toBe(2)
  })

  it('follows a symbolic link to the folder itself', async () => {
    await writeSite({ 'index.html': 'hi' }, site())
    await symlink('site', join(folder, 'current'))
    expect((await importFolder(join(folder, 'current'))).root).toEqual((await importFolder(site())).root)
  })

  it('reports progress up to everything, and stops when told', async () => {
    await writeSite({ 'a.bin': Buffer.alloc(3e6), 'b.txt': 'b' }, site())
    const seen: number[] = []
    await importFolder(site(), { onProgress: ({ bytesDone, sizeBytes }) => seen.push(bytesDone / sizeBytes) })
    expect(seen.at(-1)).toBe(1)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    const controller = new AbortController()
    const importing = importFolder(site(), {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    })
    await expect(importing).rejects.toThrow('enough')
  })
})

describe('importFolder refuses', () => {
  const refused: [string, string, () => Promise<unknown>][] = [
    ['a folder that is not there', 'SITE_MISSING', async () => undefined],
    ['a file in place of a folder', 'SITE_NOT_A_FOLDER', () => writeFile(site(), 'x')],
    ['an empty folder', 'SITE_EMPTY', () => mkdir(site())],
    ['a folder of empty folders', 'SITE_EMPTY', () => mkdir(join(site(), 'a/b'), { recursive: true })],
    ['a symbolic link', 'SITE_SYMLINK', () => linked('index.html', 'link')],
    ['a symbolic link deep down', 'SITE_SYMLINK', () => linked('..', 'a/b/link')],
    ['a dangling symbolic link', 'SITE_SYMLINK', () => linked('nowhere', 'link')],
    ['a .git folder', 'SITE_GIT', () => writeSite({ 'a/.git/HEAD': 'ref' }, site())],
    ['a .git file', 'SITE_GIT', () => writeSite({ '.git': 'gitdir: x' }, site())],
    ['a .env file', 'SITE_ENV_FILE', () => writeSite({ 'a/.env': 'KEY=1' }, site())],
    ['a .env.local file', 'SITE_ENV_FILE', () => writeSite({ '.env.local': 'KEY=1' }, site())],
    [
      'files where its own belong',
      'SITE_RESERVED_PATH',
      () => writeSite({ '.well-known/domainsync/release.json': '{}' }, site()),
    ],
    ['a file named .well-known', 'SITE_RESERVED_PATH', () => writeSite({ '.well-known': 'x' }, site())],
    ['a name that is not UTF-8', 'SITE_NAME_NOT_UTF8', () => named(Buffer.from([0x66, 0xff, 0x6f]))],
    ['a name that is half a surrogate', 'SITE_NAME_NOT_UTF8', () => named(Buffer.from([0xed, 0xa0, 0x80]))],
    ['a named pipe', 'SITE_SPECIAL_FILE', () => piped()],
    ['a socket', 'SITE_SPECIAL_FILE', () => socketed()],
  ]

  async function linked(target: string, path: string) {
    await writeSite({ 'index.html': 'x', 'a/b/c.html': 'x' }, site())
    await symlink(target, join(site(), path))
  }
  async function named(name: Buffer) {
    await writeSite({ 'index.html': 'x', '\ufffd': 'a valid one' }, site())
    await writeFile(Buffer.concat([Buffer.from(`${site()}/`), name]), 'x')
  }
  async function piped() {
    await writeSite({ 'index.html': 'x' }, site())
    execFileSync('mkfifo', [join(site(), 'pipe')])
  }
  async function socketed() {
    await writeSite({ 'index.html': 'x' }, site())
    const server = createServer().listen(join(site(), 'socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    closers.push(() => server.close())
  }
  const closers: (() => void)[] = []
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })

  it.each(refused)('%s (%s), and stores nothing', async (_what, code, make) => {
    await make()
    const put: unknown[] = []
    const store = { ...UNHELD, has: () => false, put: async (blocks: Iterable<unknown>) => void put.push(...blocks) }
    const error = await importFolder(site(), { store }).catch((error: Error) => error)
    expect(error).toMatchObject({ code })
    expect((error as Error).message).toMatch(/[.]$/)
    expect(put).toEqual([])
  })

  const unreadable: [string, string, number][] = [
    ['a file it may not read', 'sub/secret.html', 0],
    ['a folder it may not list', 'sub', 0],
    ['a folder it may list but not enter', 'sub', 0o644],
  ]
  it.each(unreadable)('%s (SITE_UNREADABLE)', async (_what, path, mode) => {
    await writeSite({ 'index.html': 'x', 'sub/secret.html': 'x' }, site())
    await chmod(join(site(), path), mode)
    await chmod(folder, 0o755)
    // Root may read everything; only a whole process, not a thread of it, can become somebody else for a while.
    const isRoot = process.geteuid?.() === 0
    if (isRoot && !isMainThread) throw new Error('run these tests in processes (vitest: pool "forks")')
    if (isRoot) process.seteuid!(65534)
    try {
      await expect(importFolder(site())).rejects.toMatchObject({ code: 'SITE_UNREADABLE' })
    } finally {
      if (isRoot) process.seteuid!(0)
      await chmod(join(site(), path), 0o755)
    }
  })

  const changes: [string, () => void][] = [
    ['grows', () => appendFileSync(join(site(), 'z.bin'), 'x')],
    ['is rewritten with the same length', () => writeFileSync(join(site(), 'z.bin'), Buffer.alloc(bigSize, 'z'))],
    ['is truncated', () => writeFileSync(join(site(), 'z.bin'), '')],
    ['is replaced', () => replace('z.bin')],
    ['is removed', () => execFileSync('rm', [join(site(), 'z.bin')])],
    ['becomes a symbolic link', () => execFileSync('ln', ['-sf', '/etc/hostname', join(site(), 'z.bin')])],
    ['appears in a folder', () => writeFileSync(join(site(), 'new.html'), 'x')],
  ]
  const bigSize = 4 * 1024 * 1024
  function replace(name: string) {
    writeFileSync(join(folder, 'other'), Buffer.alloc(bigSize))
    renameSync(join(folder, 'other'), join(site(), name))
  }

  it.each(changes)('a site in which a big file %s while it is read', async (_what, change) => {
    await writeSite({ 'a.html': 'x', 'b.bin': Buffer.alloc(bigSize), 'z.bin': Buffer.alloc(bigSize) }, site())
    let changed = false
    const onProgress = ({ bytesDone }: { bytesDone: number }) => {
      if (changed || bytesDone < 2 * 1024 * 1024) return
      changed = true
      change()
    }
    await expect(importFolder(site(), { onProgress })).rejects.toMatchObject({ code: 'SITE_CHANGED_WHILE_READ' })
    expect(changed).toBe(true)
  })

  it('a site in which a small file changes after it was listed', async () => {
    await writeSite({ 'a.bin': Buffer.alloc(bigSize), 'b.html': 'old' }, site())
    const onProgress = ({ bytesDone }: { bytesDone: number }) => {
      if (bytesDone > 0) writeFileSync(join(site(), 'b.html'), 'new')
    }
    await expect(importFolder(site(), { onProgress })).rejects.toMatchObject({ code: 'SITE_CHANGED_WHILE_READ' })
  })
})

describe('an import cache', () => {
  const cache = () => join(folder, 'cache')
  const digestOf = (cid: CID) => Buffer.from(cid.multihash.digest).toString('hex')
  /** A store that counts the blocks it is given, since every file that is read is put. */
  function counting() {
    const known = new Set<string>()
    const counts = { put: 0 }
    return {
      ...UNHELD,
      counts,
      known,
      has: (cid: CID) => known.has(digestOf(cid)),
      async put(blocks: Iterable<Block>) {
        for (const { cid } of blocks) {
          known.add(digestOf(cid))
          counts.put++
        }
      },
    }
  }
  const files = {
    'index.html': 'index',
    'a/one.html': 'one',
    'a/two.html': 'two',
    'b/big.bin': Buffer.alloc(2e6),
  }
  /** Imports once the files are old enough to be remembered. */
  async function imported() {
    await writeSite(files, site())
    await new Promise((resolve) => setTimeout(resolve, 150))
    const store = counting()
    const content = await importFolder(site(), { store, cache: cache(), rehash: false })
    store.counts.put = 0
    return { store, content }
  }

  it('spares reading what did not change', async () => {
    const { store, content } = await imported()
    const again = await importFolder(site(), { store, cache: cache(), rehash: false })
    expect(again).toEqual(content)
    expect(store.counts.put).toBe(0)
  })

  it('sees one changed file, and rebuilds only the folders above it', async () => {
    const { store } = await imported()
    await writeFile(join(site(), 'a/one.html'), 'ONE')
    const content = await importFolder(site(), { store, cache: cache(), rehash: false })
    expect(content.root.toString()).toBe(await referenceRoot({ ...files, 'a/one.html': 'ONE' }))
    expect(store.counts.put).toBe(3)
  })

  it('sees an edit of equal length whose modification time was put back', async () => {
    const { store } = await imported()
    const { atime, mtime } = statSync(join(site(), 'a/one.html'))
    await writeFile(join(site(), 'a/one.html'), 'eno')
    utimesSync(join(site(), 'a/one.html'), atime, mtime)
    const content = await importFolder(site(), { store, cache: cache(), rehash: false })
    expect(content.root.toString()).toBe(await referenceRoot({ ...files, 'a/one.html': 'eno' }))
  })

  it('sees files that were added, removed, renamed or swapped', async () => {
    const { store } = await imported()
    await rm(join(site(), 'a/two.html'))
    await writeFile(join(site(), 'a/three.html'), 'three')
    await rename(join(site(), 'index.html'), join(site(), 'tmp'))
    await rename(join(site(), 'a/one.html'), join(site(), 'index.html'))
    await rename(join(site(), 'tmp'), join(site(), 'a/one.html'))
    const content = await importFolder(site(), { store, cache: cache(), rehash: false })
    const expected = {
      'index.html': 'one',
      'a/one.html': 'index',
      'a/three.html': 'three',
      'b/big.bin': files['b/big.bin'],
    }
    expect(content.root.toString()).toBe(await referenceRoot(expected))
  })

  it('reads again what the store no longer has', async () => {
    const { store, content } = await imported()
    const gone = [...store.known]
    store.known.clear()
    await importFolder(site(), { store, cache: cache(), rehash: false })
    expect([...store.known].sort()).toEqual(gone.sort())
    const big = content.files.find(({ path }) => path === 'b/big.bin')!
    expect(store.known.has(digestOf(big.cid))).toBe(true)
  })

  it('reads a big file again when one chunk of it is gone', async () => {
    const { store } = await imported()
    const chunk = createHash('sha256')
      .update(Buffer.alloc(1024 * 1024))
      .digest('hex')
    expect(store.known.delete(chunk)).toBe(true)
    await importFolder(site(), { store, cache: cache(), rehash: false })
    expect(store.known.has(chunk)).toBe(true)
  })

  it('is not believed when told to hash everything', async () => {
    const { store } = await imported()
    await importFolder(site(), { store, cache: cache(), rehash: true })
    expect(store.counts.put).toBe(store.known.size)
  })

  it('does not remember a file that changed only just now, since its next edit might not show', async () => {
    await writeSite(files, site())
    const store = counting()
    await importFolder(site(), { store, cache: cache(), rehash: false })
    store.counts.put = 0
    await importFolder(site(), { store, cache: cache(), rehash: false })
    expect(store.counts.put).toBeGreaterThan(0)
  })

  it('that is damaged anywhere, cut or something else is ignored', async () => {
    const { store, content } = await imported()
    const intact = readFileSync(cache())
    await fc.assert(
      fc.asyncProperty(fc.nat(intact.length - 1), fc.integer({ min: 0, max: 8 }), async (at, bit) => {
        const bytes = Buffer.from(bit === 8 ? intact.subarray(0, at) : intact)
        if (bit < 8) bytes[at]! ^= 1 << bit
        writeFileSync(cache(), bytes)
        expect(await importFolder(site(), { store, cache: cache(), rehash: false })).toEqual(content)
      }),
      { numRuns: 60 },
    )
  })
})
