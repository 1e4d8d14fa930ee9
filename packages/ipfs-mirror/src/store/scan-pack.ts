import type { FileHandle } from 'node:fs/promises'
import { sha256 } from '../car/block-fault.ts'
import type { PackFile } from './pack-file.ts'
import { decodeRecordHeader, RECORD_HEADER_BYTES, RECORD_MARK, type RecordHeader } from './pack-record.ts'

/** Read at once; several times the largest record. */
const WINDOW_BYTES = 8 * 1024 * 1024

/** One record found in a pack. */
export interface ScannedRecord extends RecordHeader {
  /** Where the body starts. */
  readonly bodyAt: number
  readonly body: Buffer
  /** False: the body is not what the header says. */
  readonly sound: boolean
}

/** A scan's result: everything from here on is not a record. */
export interface ScanEnd {
  readonly endAt: number
}

/**
 * Reads the records of a pack from an offset on and checks every body. Damaged headers are stepped over: the search goes on
 * at the next sound one. What follows the last sound header's body is a torn tail.
 */
export async function* scanPack(pack: PackFile, from: number): AsyncGenerator<ScannedRecord, ScanEnd> {
  const window = new PackWindow(pack.handle, pack.sizeBytes)
  let at = from
  let endAt = from
  while (at + RECORD_HEADER_BYTES <= pack.sizeBytes) {
    const header = decodeRecordHeader(await window.read(at, RECORD_HEADER_BYTES), pack.seed)
    const bodyAt = at + RECORD_HEADER_BYTES
    if (header === undefined || bodyAt + header.sizeBytes > pack.sizeBytes) {
      const next = await window.indexOf(RECORD_MARK, at + 1)
      if (next === undefined) break
      at = next
      continue
    }
    const body = await window.read(bodyAt, header.sizeBytes)
    at = bodyAt + header.sizeBytes
    endAt = at
    yield { ...header, bodyAt, body, sound: Buffer.compare(sha256(body), header.digest) === 0 }
  }
  return { endAt }
}

/** A sliding view of a file. What `read` returns is valid until the next call. */
class PackWindow {
  readonly #handle: FileHandle
  readonly #sizeBytes: number
  readonly #buffer: Buffer
  #start = 0
  #length = 0

  constructor(handle: FileHandle, sizeBytes: number) {
    this.#handle = handle
    this.#sizeBytes = sizeBytes
    this.#buffer = Buffer.allocUnsafe(Math.min(WINDOW_BYTES, sizeBytes))
  }

  async read(at: number, sizeBytes: number): Promise<Buffer> {
    if (at < this.#start || at + sizeBytes > this.#start + this.#length) await this.#fill(at)
    const from = at - this.#start
    return this.#buffer.subarray(from, Math.min(from + sizeBytes, this.#length))
  }

  async indexOf(mark: Buffer, from: number): Promise<number | undefined> {
    for (let at = from; at + RECORD_HEADER_BYTES <= this.#sizeBytes; ) {
      await this.read(at, RECORD_HEADER_BYTES)
      const found = this.#buffer.subarray(0, this.#length).indexOf(mark, at - this.#start)
      if (found >= 0) return this.#start + found
      at = this.#start + this.#length - (mark.length - 1)
      if (this.#start + this.#length >= this.#sizeBytes) return undefined
    }
    return undefined
  }

  async #fill(at: number): Promise<void> {
    this.#start = at
    this.#length = 0
    const wanted = Math.min(this.#buffer.length, this.#sizeBytes - at)
    while (this.#length < wanted) {
      const { bytesRead } = await this.#handle.read(
        this.#buffer,
        this.#length,
        wanted - this.#length,
        at + this.#length,
      )
      if (bytesRead === 0) break
      this.#length += bytesRead
    }
  }
}
