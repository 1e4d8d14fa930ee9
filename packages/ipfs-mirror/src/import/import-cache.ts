import { readFile, rename, writeFile } from 'node:fs/promises'
import { sha256 } from '../car/block-fault.ts'
import { type CacheRecord, decodeCacheRecord, encodeCacheRecord, recordPath } from './cache-record.ts'
import { isTooFresh } from './file-stamp.ts'

const MAGIC = Buffer.from('DSCACH1\n')
const CHECKSUM_BYTES = 32
const LENGTH_BYTES = 4

/**
 * What earlier imports of a folder found, by path. A file on disk: magic with version, length-prefixed records, a SHA-256 of
 * all of it; replaced as a whole, and ignored unless every bit is as it was written. It is only ever a shortcut: deleting
 * it costs the time of reading the files once more.
 */
export class ImportCache {
  /** Where the encoded record of each path of the last import starts and ends. */
  readonly #known: ReadonlyMap<string, Buffer>
  readonly #next: Buffer[] = []
  #changed = false

  private constructor(known: ReadonlyMap<string, Buffer>) {
    this.#known = known
  }

  static empty(): ImportCache {
    return new ImportCache(new Map())
  }

  /** The cache at the path; an empty one when there is none that is whole. */
  static async load(path: string): Promise<ImportCache> {
    const bytes = await readFile(path).catch(() => Buffer.alloc(0))
    return new ImportCache(decode(bytes))
  }

  get(path: string): CacheRecord | undefined {
    const bytes = this.#known.get(path)
    return bytes && decodeCacheRecord(bytes)
  }

  /** Takes over the record that `get` gave for the path. */
  keep(path: string): void {
    this.#next.push(this.#known.get(path)!)
  }

  /** Remembers what was found, unless the file is so new that a later edit might not show. `nowNs` is from before reading. */
  set(record: CacheRecord, nowNs: bigint): void {
    this.#changed = true
    if (!isTooFresh(record.stamp, nowNs)) this.#next.push(encodeCacheRecord(record))
  }

  /** Replaces the file with what this import kept and set. */
  async save(path: string): Promise<void> {
    if (!this.#changed && this.#next.length === this.#known.size) return
    const parts: Buffer[] = [MAGIC]
    for (const record of this.#next) {
      const length = Buffer.allocUnsafe(LENGTH_BYTES)
      length.writeUInt32LE(record.length)
      parts.push(length, record)
    }
    const bytes = Buffer.concat(parts)
    await writeFile(`${path}.new`, Buffer.concat([bytes, sha256(bytes)]), { mode: 0o600 })
    await rename(`${path}.new`, path)
  }
}

function decode(bytes: Buffer): Map<string, Buffer> {
  const known = new Map<string, Buffer>()
  const end = bytes.length - CHECKSUM_BYTES
  if (end < MAGIC.length || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return known
  if (Buffer.compare(sha256(bytes.subarray(0, end)), bytes.subarray(end)) !== 0) return known
  for (let at = MAGIC.length; at < end; ) {
    const length = bytes.readUInt32LE(at)
    at += LENGTH_BYTES
    const record = bytes.subarray(at, at + length)
    known.set(recordPath(record), record)
    at += length
  }
  return known
}
