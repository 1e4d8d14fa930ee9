import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { KUBO } from '../providers/server-binary.test.support.ts'
import { openBlockStore } from '../store/open-block-store.ts'
import { importFolder } from './import-folder.ts'
import { createKuboRepository, type KuboRepository } from './kubo-repository.test.support.ts'
import { CHUNK_BYTES, MAX_DIRECTORY_BLOCK_BYTES } from './unixfs-profile.ts'
import { type SiteFiles, writeSite } from './write-site.test.support.ts'

const TREES = process.env.SLOW_TESTS ? 80 : 6
const absence = KUBO.absence()
let folder: string
let kubo: KuboRepository
let sites = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trees-'))
  if (!absence) kubo = createKuboRepository(join(folder, 'kubo'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Names that a site may have: any text of a file system, but those that are refused. */
const name = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    fc.constantFrom(
      'e\u0301',
      '\u00e9',
      ' ',
      '-',
      '\\',
      '%2F',
      '…',
      'index.html',
      '\u{10ffff}',
      '\uffff',
      'Å',
      'A\u030a',
    ),
  )
  .filter((text) => !/[/\0]/.test(text) && !/^\.|env|git|well-known/i.test(text) && Buffer.byteLength(text) <= 255)

const sizeBytes = fc.oneof(
  { weight: 6, arbitrary: fc.nat(300) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES) },
  { weight: 1, arbitrary: fc.integer({ min: CHUNK_BYTES, max: 3 * CHUNK_BYTES }) },
)
const content = fc.tuple(sizeBytes, fc.nat(255)).map(([size, byte]) => Buffer.alloc(size, byte))

/** Files by path; folders are up to twelve deep. */
const tree = fc
  .array(fc.tuple(fc.array(name, { maxLength: 12 }), name, content), { minLength: 1, maxLength: 24 })
  .map((files) => withoutClashes(files.map(([above, last, bytes]) => [[...above, last], bytes] as const)))

/** A folder whose block is as large as may be, or some bytes more or less: the border between one block and a HAMT. */
const wide = fc.record({
  // Not where one character more needs another byte of length as well.
  nameBytes: fc.integer({ min: 60, max: 200 }).filter((length) => length !== 85 && length !== 127),
  off: fc.integer({ min: -2, max: 2 }),
})

/** A path that is a file to one and a folder to another belongs to the first. */
function withoutClashes(files: readonly (readonly [readonly string[], Buffer])[]): SiteFiles {
  const known = new Map<string, 'file' | 'folder'>()
  const kept: Record<string, Buffer> = {}
  for (const [names, bytes] of files) {
    const above = names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'))
    const path = names.join('/')
    if (known.has(path) || above.some((one) => known.get(one) === 'file')) continue
    for (const one of above) known.set(one, 'folder')
    known.set(path, 'file')
    kept[path] = bytes
  }
  return kept
}

/** Bytes of a link besides its name: CID, size of one byte, tags and lengths. */
const LINK_BYTES = 2 + 2 + 36 + 2 + 2
const DIRECTORY_DATA_BYTES = 4

/** So many files with names of so many bytes, or one more, that the folder's block has exactly so many bytes. */
function folderOf(blockBytes: number, nameBytes: number): SiteFiles {
  // A link of over 127 bytes has a length of two, and so has a name.
  const linkBytes = LINK_BYTES + nameBytes + (LINK_BYTES - 2 + nameBytes > 127 ? 1 : 0) + (nameBytes > 127 ? 1 : 0)
  const room = blockBytes - DIRECTORY_DATA_BYTES
  const count = Math.floor(room / linkBytes)
  const longer = room - count * linkBytes
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${i}`.padEnd(nameBytes + (i < longer ? 1 : 0), 'n'), 'x']),
  )
}

/** Kubo's root and ours, from disk; Empty folders, which we leave out, come after Kubo has looked. Gives the bytes of the root's block. */
async function compare(files: SiteFiles): Promise<number> {
  const site = join(folder, `site-${sites++}`)
  await writeSite(files, site)
  const theirs = kubo.rootOf(site)
  await mkdir(join(site, 'empty/emptier'), { recursive: true })
  await using store = await openStore()
  const { root } = await importFolder(site, { store: store.store })
  expect(`${root}`).toBe(theirs)
  // What was stored is the whole of it.
  await store.store.pin(root)
  await rm(site, { recursive: true })
  return store.store.sizeOf(root)!
}

async function openStore() {
  const path = join(folder, `store-${sites}`)
  const store = await openBlockStore(path)
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close()
      await rm(path, { recursive: true })
    },
  }
}

it('any tree has the root that Kubo gives it', { timeout: 600_000 }, async ({ skip }) => {
  skip(absence !== undefined, absence)
  await fc.assert(
    fc.asyncProperty(tree, async (files) => void (await compare(files))),
    { numRuns: TREES, interruptAfterTimeLimit: 500_000 },
  )
})

it('a folder around the size at which it becomes a HAMT has the root that Kubo gives it', { timeout: 600_000 }, async ({
  skip,
}) => {
  skip(absence !== undefined, absence)
  const isSo = async ({ nameBytes, off }: { nameBytes: number; off: number }) => {
    const sizeBytes = await compare(folderOf(MAX_DIRECTORY_BLOCK_BYTES + off, nameBytes))
    if (off <= 0) expect(sizeBytes).toBe(MAX_DIRECTORY_BLOCK_BYTES + off)
    else expect(sizeBytes).toBeLessThan(MAX_DIRECTORY_BLOCK_BYTES / 2)
  }
  const examples = [0, 1].map((off) => [{ nameBytes: 100, off }] as [{ nameBytes: number; off: number }])
  await fc.assert(fc.asyncProperty(wide, isSo), { numRuns: Math.ceil(TREES / 4), examples })
})
