import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isDiskFull } from '@domainsync/core'
import { sha256 } from '../car/block-fault.ts'
import { replaceFile } from '../files/replace-file.ts'
import { type CacheRecord, CacheRecords, encodeCacheRecord } from './cache-record.ts'
import { type FileStamp, isTooFresh } from './file-stamp.ts'
import { ImportError } from './import-error.ts'

/** The last byte before the line feed is the version of the format. */
const MAGIC = Buffer.from('DSCACH2\n')
const CHECKSUM_BYTES = 32

/**
 * What the last import of a folder found, by path. On disk: magic with version, records, a SHA-256 of all before; replaced as
 * a whole, and ignored unless every bit is as it was written. It is only a shortcut: without it the files are read once more.
 */
export class ImportCache {
  readonly #records: CacheRecords
  /** Where each path's record starts. */
  readonly #known = new Map<string, number>()
  readonly #next: Uint8Array[] = [MAGIC]
  /** Kept records that lie side by side, not yet in `#next`: usually all of them. */
  #kept = { from: 0, to: 0 }
  #count = 0
  #changed = false
  #savedAt = performance.now()

  private constructor(bytes: Buffer) {
    this.#records = new CacheRecords(bytes)
    for (let at = MAGIC.length; at < bytes.length; at = this.#records.endOf(at)) {
      this.#known.set(this.#records.path(at), at)
    }
  }

  static empty(): ImportCache {
    return new ImportCache(Buffer.alloc(0))
  }

  /** The cache at the path; an empty one when there is none that is whole. */
  static async load(path: string): Promise<ImportCache> {
    const bytes = await readFile(path).catch(() => Buffer.alloc(0))
    const end = bytes.length - CHECKSUM_BYTES
    const whole =
      end >= MAGIC.length &&
      bytes.subarray(0, MAGIC.length).equals(MAGIC) &&
      Buffer.compare(sha256(bytes.subarray(0, end)), bytes.subarray(end)) === 0
    return whole ? new ImportCache(bytes.subarray(0, end)) : ImportCache.empty()
  }

  /** What was found at the path, if it looked just so then. Digests are views into the cache. */
  get(path: string, stamp: FileStamp): Omit<CacheRecord, 'path' | 'stamp'> | undefined {
    const at = this.#known.get(path)
    return at !== undefined && this.#records.hasStamp(at, stamp) ? this.#records.node(at) : undefined
  }

  /** Takes over the record that `get` gave for the path. */
  keep(path: string): void {
    const from = this.#known.get(path)!
    if (from !== this.#kept.to) this.#flushKept(from)
    this.#kept.to = this.#records.endOf(from)
    this.#count++
  }

  /** Remembers what was found, unless the file is so new that a later edit might not show. `nowNs` is from before reading. */
  set(record: CacheRecord, nowNs: bigint): void {
    this.#changed = true
    if (isTooFresh(record.stamp, nowNs)) return
    this.#flushKept(0)
    this.#next.push(encodeCacheRecord(record))
    this.#count++
  }

  /**
   * Replaces the file with what this import kept and set.
   *
   * @throws ImportError `IMPORT_CACHE_UNWRITABLE`
   */
  async save(path: string): Promise<void> {
    if (!this.#changed && this.#count === this.#known.size) return
    this.#flushKept(0)
    await this.#write(path, Buffer.concat(this.#next))
  }

  /**
   * Adds what this import found so far to the file, when the last time is long enough ago: an import that is killed then need
   * not read that again.
   *
   * @throws ImportError `IMPORT_CACHE_UNWRITABLE`
   */
  async checkpoint(path: string, everyMs: number): Promise<void> {
    if (!this.#changed || performance.now() - this.#savedAt < everyMs) return
    this.#flushKept(0)
    // The last record of a path counts.
    const before = this.#records.bytes.subarray(MAGIC.length)
    await this.#write(path, Buffer.concat([MAGIC, before, ...this.#next.slice(1)]))
  }

  async #write(path: string, bytes: Buffer): Promise<void> {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await replaceFile(path, [bytes, sha256(bytes)], { mode: 0o600 })
    } catch (cause) {
      throw new ImportError(
        'IMPORT_CACHE_UNWRITABLE',
        `The import cache ${path} cannot be written; ${isDiskFull(cause) ? 'make room on its disk' : 'name another place'}.`,
        {
          cause,
          state: 'The site was not published.',
        },
      )
    }
    this.#savedAt = performance.now()
  }

  #flushKept(nextFrom: number): void {
    const { from, to } = this.#kept
    if (to > from) this.#next.push(this.#records.bytes.subarray(from, to))
    this.#kept = { from: nextFrom, to: nextFrom }
  }
}
