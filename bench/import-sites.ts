import { createCipheriv } from 'node:crypto'
import { mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

const MIB = 1024 * 1024
/** Small files are 0.5 to 20 kB, a hundred to a folder. */
const SMALLEST_BYTES = 500
const SPREAD_BYTES = 19_500
const FILES_PER_FOLDER = 100

/** A site made for measuring: its folder, its files, its size. */
export interface BenchSite {
  readonly folder: string
  readonly paths: readonly string[]
  readonly sizeBytes: number
}

/** Writes a site of so many small files and one large file of so many MiB: for one `seed` always with the same bytes. */
export function writeBenchSite(
  folder: string,
  { small, largeMib, seed = 1 }: { small: number; largeMib: number; seed?: number },
): BenchSite {
  const cipher = createCipheriv('chacha20', Buffer.alloc(32, seed), Buffer.alloc(16))
  const zeros = Buffer.alloc(MIB)
  const paths: string[] = []
  let sizeBytes = 0
  for (let i = 0; i < small; i++) {
    const path = join(folder, `section-${Math.floor(i / FILES_PER_FOLDER)}`, `page-${i}.html`)
    const bytes = cipher.update(zeros.subarray(0, SMALLEST_BYTES + ((i * 7919) % SPREAD_BYTES)))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
    paths.push(path)
    sizeBytes += bytes.length
  }
  if (largeMib > 0) {
    mkdirSync(folder, { recursive: true })
    const path = join(folder, 'large.bin')
    const file = openSync(path, 'w')
    for (let i = 0; i < largeMib; i++) writeSync(file, cipher.update(zeros))
    paths.push(path)
    sizeBytes += largeMib * MIB
  }
  return { folder, paths, sizeBytes }
}
