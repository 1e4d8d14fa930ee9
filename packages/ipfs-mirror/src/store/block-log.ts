import { errorCode } from '@domainsync/core'
import { sha256 } from '../car/block-fault.ts'
import { DigestTable } from './digest-table.ts'
import { KeptRoots } from './kept-roots.ts'
import { PACK_HEADER_BYTES, type PackFile } from './pack-file.ts'
import { encodeRecordHeader, RECORD_HEADER_BYTES, type RecordKind } from './pack-record.ts'
import { decodeStatement } from './root-statement.ts'
import { scanPack } from './scan-pack.ts'
import { StoreError } from './store-error.ts'
import type { StoreIndex } from './store-index.ts'

/** While blocks are appended, what was is made durable in steps, so that the disk does not wait for the end. */
const FLUSH_EVERY_BYTES = 16 * 1024 * 1024

/** What is appended: a block, or a statement about a root. */
export interface LogEntry {
  readonly kind: RecordKind
  readonly digest: Uint8Array
  readonly body: Uint8Array
}

/** Where a block's body lies. */
export interface BlockPlace {
  readonly digest: Uint8Array
  readonly offset: number
  readonly sizeBytes: number
  /** The body is known not to be what was written. */
  readonly damaged: boolean
}

/**
 * The append-only log under a store and what it says: where blocks are and which roots are kept. Appends are not
 * serialised here; the store does that.
 */
export class BlockLog {
  pack: PackFile
  readonly roots = new KeptRoots()
  /** Body offsets, negative when the body is known to be damaged. */
  #table: DigestTable
  #endAt: number
  #syncedAt: number
  /** A flush under way beside the writing, and up to where the last one was asked to go. */
  #flushing: Promise<void> | undefined
  #flushedAt: number
  /** Why a flush failed. The kernel says so once and may forget the bytes, so no later flush can be believed. */
  #failure: { readonly cause: unknown } | undefined
  #readers = 0
  #retired = false
  /** Where the last statement ends, or what the index covers: none is known to lie behind it. */
  #statedAt: number
  /** How often the end was cut: what a reader found before, it cannot trust after. */
  #cuts = 0

  /** The log of a pack nothing was written to, or about to be recovered. */
  constructor(pack: PackFile, index?: StoreIndex) {
    this.pack = pack
    this.#table = index?.table ?? new DigestTable()
    for (const statement of index?.statements ?? []) this.roots.apply(statement)
    this.#endAt = index?.coveredBytes ?? PACK_HEADER_BYTES
    this.#syncedAt = this.#endAt
    this.#flushedAt = this.#endAt
    this.#statedAt = this.#endAt
  }

  /** The log of a pack, whatever happened to it: reads what the index does not cover and cuts a torn tail. */
  static async recover(pack: PackFile, index: StoreIndex | undefined): Promise<BlockLog> {
    const usable = index?.packId === pack.id && index.coveredBytes <= pack.sizeBytes ? index : undefined
    const log = new BlockLog(pack, usable)
    for await (const record of scanPack(pack, log.#endAt)) {
      if (record.kind === 'block') log.#enter(record.digest, record)
      else if (record.sound) log.roots.apply(decodeStatement(record.kind, record.body))
      log.#endAt = record.bodyAt + record.sizeBytes
      if (record.kind !== 'block') log.#statedAt = log.#endAt
    }
    if (log.#endAt < pack.sizeBytes) await pack.handle.truncate(log.#endAt)
    return log
  }

  /** Bytes of the pack that hold records. */
  get sizeBytes(): number {
    return this.#endAt
  }

  /** From here on there are blocks only. */
  get statedAt(): number {
    return this.#statedAt
  }

  place(digest: Uint8Array): BlockPlace | undefined {
    const entry = this.#table.get(digest)
    return entry && { digest, offset: Math.abs(entry.value), sizeBytes: entry.sizeBytes, damaged: entry.value < 0 }
  }

  /** Whether the block is here and not known to be damaged. */
  isSound(digest: Uint8Array): boolean {
    return this.#table.value(digest) > 0
  }

  /** Every block, in no particular order. */
  *places(): Generator<BlockPlace> {
    for (const { digest, value, sizeBytes } of this.#table.entries()) {
      yield { digest: Uint8Array.from(digest), offset: Math.abs(value), sizeBytes, damaged: value < 0 }
    }
  }

  /**
   * The bytes at a place, hash checked; `undefined` when they are not the block's, which is remembered as damaged unless the
   * place was cut off meanwhile.
   */
  async read(place: BlockPlace, memory = freshMemory): Promise<Uint8Array | undefined> {
    const bytes = memory(place.sizeBytes)
    const cuts = this.#cuts
    this.#readers++
    try {
      let length = 0
      while (length < bytes.length) {
        const at = place.offset + length
        const { bytesRead } = await this.pack.handle.read(bytes, length, bytes.length - length, at)
        if (bytesRead === 0) break
        length += bytesRead
      }
    } catch (error) {
      // An unreadable sector is damage like any other: what is here fails the check below.
      if (errorCode(error) !== 'EIO') throw error
    } finally {
      this.#readers--
      if (this.#retired && this.#readers === 0) await this.pack.handle.close()
    }
    if (Buffer.compare(sha256(bytes), place.digest) === 0) return bytes
    if (cuts === this.#cuts && this.place(place.digest)?.offset === place.offset) {
      this.#table.set(place.digest, -place.offset, place.sizeBytes)
    }
    return undefined
  }

  /**
   * Appends entries in one write; they can be read when it returns, and are durable after {@link sync}.
   *
   * @throws StoreError `STORE_WRITE_FAILED`; the log is then as before.
   */
  async append(entries: readonly LogEntry[]): Promise<void> {
    const headers = Buffer.allocUnsafe(entries.length * RECORD_HEADER_BYTES)
    const parts: Uint8Array[] = []
    let sizeBytes = 0
    for (const [i, { kind, digest, body }] of entries.entries()) {
      const offset = i * RECORD_HEADER_BYTES
      const header = { kind, digest, sizeBytes: body.length }
      encodeRecordHeader(header, { target: headers, offset, seed: this.pack.seed })
      parts.push(headers.subarray(offset, offset + RECORD_HEADER_BYTES), body)
      sizeBytes += RECORD_HEADER_BYTES + body.length
    }
    await this.#write(parts, sizeBytes)
    for (const { kind, digest, body } of entries) {
      const bodyAt = this.#endAt + RECORD_HEADER_BYTES
      if (kind === 'block') this.#enter(digest, { bodyAt, sizeBytes: body.length, sound: true })
      else this.roots.apply(decodeStatement(kind, body))
      this.#endAt = bodyAt + body.length
      if (kind !== 'block') this.#statedAt = this.#endAt
    }
    if (this.#endAt - this.#flushedAt >= FLUSH_EVERY_BYTES && this.#flushing === undefined) this.#flush()
  }

  /**
   * Makes everything appended durable.
   *
   * @throws StoreError `STORE_WRITE_FAILED`, then at every later call: what was appended since the last sync may be lost.
   */
  async sync(): Promise<void> {
    await this.#flushing
    if (this.#syncedAt !== this.#endAt) await this.#flush()
    if (this.#failure === undefined) return
    throw new StoreError(
      'STORE_WRITE_FAILED',
      `The disk did not keep what was written to ${this.pack.path}; check it.`,
      {
        ...this.#failure,
        state: 'Blocks put since the last sync may be lost.',
      },
    )
  }

  /**
   * Cuts the blocks from an offset on, at once for readers, then on disk. Nothing saved may still say that they are there:
   * other blocks will lie in their place.
   */
  async cut(endAt: number): Promise<void> {
    const kept = new DigestTable()
    for (const { digest, value, sizeBytes } of this.#table.entries()) {
      if (Math.abs(value) < endAt) kept.set(digest, value, sizeBytes)
    }
    this.#table = kept
    this.#cuts++
    this.#endAt = endAt
    this.#syncedAt = Math.min(this.#syncedAt, endAt)
    this.#flushedAt = Math.min(this.#flushedAt, endAt)
    await this.pack.handle.truncate(endAt)
  }

  /** What the log says so far. */
  index(): StoreIndex {
    return {
      packId: this.pack.id,
      coveredBytes: this.#endAt,
      table: this.#table,
      statements: [...this.roots.statements()],
    }
  }

  /** Takes note that the pack's file was renamed. */
  movedTo(path: string): void {
    this.pack = { ...this.pack, path }
  }

  /** Closes the pack, once the reads under way are done. */
  async retire(): Promise<void> {
    this.#retired = true
    await this.#flushing
    if (this.#readers === 0) await this.pack.handle.close()
  }

  #flush(): Promise<void> {
    const endAt = this.#endAt
    const cuts = this.#cuts
    this.#flushedAt = endAt
    this.#flushing = this.pack.handle.datasync().then(
      () => {
        this.#flushing = undefined
        if (cuts === this.#cuts) this.#syncedAt = endAt
      },
      (cause) => {
        this.#flushing = undefined
        this.#failure = { cause }
      },
    )
    return this.#flushing
  }

  async #write(parts: Uint8Array[], sizeBytes: number): Promise<void> {
    try {
      const { bytesWritten } = await this.pack.handle.writev(parts, this.#endAt)
      // What makes a file take only a part is a full disk, or a limit.
      if (bytesWritten !== sizeBytes)
        throw Object.assign(new Error(`${bytesWritten} of ${sizeBytes} bytes written`), { code: 'ENOSPC' })
    } catch (cause) {
      // What was half written is behind the end: cut now if the disk allows it, at the next opening otherwise.
      await this.pack.handle.truncate(this.#endAt).catch(() => undefined)
      throw new StoreError('STORE_WRITE_FAILED', `Writing to ${this.pack.path} failed; make room on its disk.`, {
        cause,
        state: 'The store is as before this write.',
      })
    }
  }

  #enter(
    digest: Uint8Array,
    { bodyAt, sizeBytes, sound }: { bodyAt: number; sizeBytes: number; sound: boolean },
  ): void {
    if (sound || !this.isSound(digest)) {
      this.#table.set(digest, sound ? bodyAt : -bodyAt, sizeBytes)
    }
  }
}

/** Not cleared: a block fills it, or fails its check. */
function freshMemory(sizeBytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(sizeBytes).buffer)
}
