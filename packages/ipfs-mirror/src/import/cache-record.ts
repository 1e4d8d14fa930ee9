import type { FileStamp } from './file-stamp.ts'

/** What an import found at one path. */
export interface CacheRecord {
  readonly kind: 'small' | 'large' | 'folder'
  readonly path: string
  /** For a folder: the number of its entries, and no times. */
  readonly stamp: FileStamp
  /** SHA-256 of the root block. */
  readonly digest: Uint8Array
  readonly dagBytes: number
  /** SHA-256 of the file, hex; that of a small one is `digest`, a folder has none. */
  readonly sha256: string
  /** SHA-256 of every block of the node besides its children's; empty when `digest` is the only one. */
  readonly blocks: readonly Uint8Array[]
}

const KINDS = ['small', 'large', 'folder'] as const
const DIGEST_BYTES = 32
/** Record length (4), kind (1), path length (2), size, mtime, ctime, inode (8 each), digest (32), then the path. */
const KIND_AT = 4
const PATH_LENGTH_AT = 5
const SIZE_AT = 7
const MTIME_AT = 15
const CTIME_AT = 23
const INODE_AT = 31
const DIGEST_AT = 39
const PATH_AT = 71

/** The bytes of a record; a small file's ends after its path. */
export function encodeCacheRecord({ kind, path, stamp, digest, dagBytes, sha256, blocks }: CacheRecord): Buffer {
  const pathBytes = Buffer.byteLength(path)
  const tailBytes = kind === 'small' ? 0 : 8 + DIGEST_BYTES + blocks.length * DIGEST_BYTES
  const bytes = Buffer.alloc(PATH_AT + pathBytes + tailBytes)
  bytes.writeUInt32LE(bytes.length)
  bytes[KIND_AT] = KINDS.indexOf(kind)
  bytes.writeUInt16LE(pathBytes, PATH_LENGTH_AT)
  bytes.writeDoubleLE(stamp.sizeBytes, SIZE_AT)
  bytes.writeBigInt64LE(stamp.mtimeNs, MTIME_AT)
  bytes.writeBigInt64LE(stamp.ctimeNs, CTIME_AT)
  bytes.writeBigUInt64LE(stamp.inode, INODE_AT)
  bytes.set(digest, DIGEST_AT)
  bytes.write(path, PATH_AT)
  if (kind === 'small') return bytes
  let at = PATH_AT + pathBytes
  bytes.writeDoubleLE(dagBytes, at)
  bytes.write(sha256, at + 8, 'hex')
  at += 8 + DIGEST_BYTES
  for (const block of blocks) {
    bytes.set(block, at)
    at += DIGEST_BYTES
  }
  return bytes
}

/** Encoded records, one after the other; `at` is where one starts. Reads only what is asked for: there are many. */
export class CacheRecords {
  readonly bytes: Buffer
  readonly #view: DataView

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  endOf(at: number): number {
    return at + this.#view.getUint32(at, true)
  }

  path(at: number): string {
    const from = at + PATH_AT
    return this.bytes.toString('utf8', from, from + this.#view.getUint16(at + PATH_LENGTH_AT, true))
  }

  /** Whether the record is of a file or folder that looked just so. */
  hasStamp(at: number, stamp: FileStamp): boolean {
    const view = this.#view
    return (
      view.getFloat64(at + SIZE_AT, true) === stamp.sizeBytes &&
      view.getBigInt64(at + MTIME_AT, true) === stamp.mtimeNs &&
      view.getBigInt64(at + CTIME_AT, true) === stamp.ctimeNs &&
      view.getBigUint64(at + INODE_AT, true) === stamp.inode
    )
  }

  /** All but path and stamp. */
  node(at: number): Omit<CacheRecord, 'path' | 'stamp'> {
    const kind = KINDS[this.bytes[at + KIND_AT]!]!
    const digest = this.#digest(at + DIGEST_AT)
    if (kind === 'small') {
      const dagBytes = this.#view.getFloat64(at + SIZE_AT, true)
      return { kind, digest, dagBytes, sha256: this.#hex(at + DIGEST_AT), blocks: [] }
    }
    const tail = at + PATH_AT + this.#view.getUint16(at + PATH_LENGTH_AT, true)
    const blocks: Uint8Array[] = []
    for (let from = tail + 8 + DIGEST_BYTES; from < this.endOf(at); from += DIGEST_BYTES)
      blocks.push(this.#digest(from))
    const dagBytes = this.#view.getFloat64(tail, true)
    return { kind, digest, dagBytes, sha256: this.#hex(tail + 8), blocks }
  }

  #hex(at: number): string {
    return this.bytes.toString('hex', at, at + DIGEST_BYTES)
  }

  #digest(at: number): Uint8Array {
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + at, DIGEST_BYTES)
  }
}
