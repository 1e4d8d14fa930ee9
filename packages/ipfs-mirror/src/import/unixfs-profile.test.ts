import { createCipheriv, createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rawCidFromSha256 } from '@domainsync/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sha256 } from '../car/block-fault.ts'
import { buildDirectory } from './build-directory.ts'
import { importFolder } from './import-folder.ts'

const VECTORS = new URL('../../../../../shared/vectors/ipip-499-unixfs-v1-2025.json', import.meta.url)
/** Files over this size are written to disk and read back: only where there is time. */
const QUICK_BYTES = 64 * 1024 * 1024

interface Vectors {
  files: { name: string; utf8?: string; seed?: string; size?: number; cid: string }[]
  directories: {
    alphabet: string
    cases: { name: string; seed: string; count: number; length: number; lastLength: number; cid: string }[]
    empty: string
  }
}

const present = existsSync(VECTORS)
const vectors: Vectors = present
  ? JSON.parse(readFileSync(VECTORS, 'utf8'))
  : { files: [], directories: { alphabet: '', cases: [], empty: '' } }

it('has the published vectors of IPIP-499', ({ skip }) => {
  skip(!present && !process.env.CI, 'ipip-499-unixfs-v1-2025.json is not beside this checkout')
  expect(vectors.files.length).toBeGreaterThan(0)
  expect(vectors.directories.cases.length).toBeGreaterThan(0)
})

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'profile-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** The first bytes of the vectors' ChaCha20 key stream, piece by piece. */
function* keystream(sizeBytes: number, seed: string): Generator<Buffer> {
  const key = createHash('sha256').update(seed).digest()
  const cipher = createCipheriv('chacha20', key, Buffer.alloc(16))
  const zeros = Buffer.alloc(4 * 1024 * 1024)
  for (let left = sizeBytes; left > 0; left -= zeros.length) yield cipher.update(zeros.subarray(0, left))
}

const files = vectors.files.filter(({ size = 0 }) => size <= QUICK_BYTES || process.env.CI)
it.each(files)(
  'gives the published CID of a file of $name',
  async ({ utf8, seed = '', size = 0, cid }) => {
    const path = join(folder, 'file')
    const handle = await open(path, 'w')
    for (const piece of utf8 === undefined ? keystream(size, seed) : [Buffer.from(utf8)]) await handle.write(piece)
    await handle.close()
    const { files } = await importFolder(folder)
    expect(files.map((file) => file.cid.toString())).toEqual([cid])
    await rm(path)
  },
  120_000,
)

it.each(vectors.directories.cases)('gives the published CID of $name', async (directory) => {
  const { alphabet } = vectors.directories
  const stream = Buffer.concat([...keystream(1024 * 1024, directory.seed)])
  const x = Buffer.from('x')
  const entry = { cid: rawCidFromSha256(sha256(x)), dagBytes: x.length }
  let at = 0
  const entries = Array.from({ length: directory.count }, (_, i) => {
    const length = i === directory.count - 1 ? directory.lastLength : directory.length
    const name = [...stream.subarray(at, at + length)].map((byte) => alphabet[byte % alphabet.length]).join('')
    at += length
    return { ...entry, name }
  })
  expect((await buildDirectory(entries, () => undefined)).cid.toString()).toBe(directory.cid)
  expect((await buildDirectory(entries.toReversed(), () => undefined)).cid.toString()).toBe(directory.cid)
})

it('gives the published CID of the empty directory', async ({ skip }) => {
  skip(!present, 'ipip-499-unixfs-v1-2025.json is not beside this checkout')
  expect((await buildDirectory([], () => undefined)).cid.toString()).toBe(vectors.directories.empty)
})
