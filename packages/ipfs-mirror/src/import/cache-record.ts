import type { FileStamp } from './file-stamp.ts'

/** What an import found at one path. For a folder `stamp` counts its entries and has no times. */
export interface CacheRecord {
  readonly kind: 'small' | 'large' | 'folder'
  readonly path: string
  readonly stamp: FileStamp
  /** SHA-256 of the root block. */
  readonly digest: Uint8Array
  readonly dagBytes: number
  /** SHA-256 of the file; that of a small one is `digest`, a folder has none. */
  readonly sha256: Uint8Array
  /** Digests of all blocks the node needs besides its children's; empty when `digest` is the only one. */
  readonly blocks: readonly Uint8Array[]
}

const KINDS = ['small', 'large', 'folder'] as const
const DIGEST_BYTES = 32
/** Kind (1), size (8), mtime (8), ctime (8), inode (8), digest (32), path length (2). */
const SIZE_AT = 1
const MTIME_AT = 9
const CTIME_AT = 17
const INODE_AT = 25
const DIGEST_AT = 33
const PATH_LENGTH_AT = 65
const PATH_AT = 67

/** The bytes of a record; a small file's ends after its path. */
export function encodeCacheRecord({ kind, path, stamp, digest, dagBytes, sha256, blocks }: CacheRecord): Buffer {
  const pathBytes = Buffer.byteLength(path)
  const tailBytes = kind === 'small' ? 0 : 8 + DIGEST_BYTES + blocks.length * DIGEST_BYTES
  const bytes = Buffer.alloc(PATH_AT + pathBytes + tailBytes)
  bytes[0] = KINDS.indexOf(kind)
  bytes.writeDoubleLE(stamp.sizeBytes, SIZE_AT)
  bytes.writeBigInt64LE(stamp.mtimeNs, MTIME_AT)
  bytes.writeBigInt64LE(stamp.ctimeNs, CTIME_AT)
  bytes.writeBigUInt64LE(stamp.inode, INODE_AT)
  bytes.set(digest, DIGEST_AT)
  bytes.writeUInt16LE(pathBytes, PATH_LENGTH_AT)
  bytes.write(path, PATH_AT)
  if (kind === 'small') return bytes
  let at = PATH_AT + pathBytes
  bytes.writeDoubleLE(dagBytes, at)
  bytes.set(sha256, at + 8)
  at += 8 + DIGEST_BYTES
  for (const block of blocks) {
    bytes.set(block, at)
    at += DIGEST_BYTES
  }
  return bytes
}

/** The path of an encoded record. */
export function recordPath(bytes: Buffer): string {
  return bytes.toString('utf8', PATH_AT, PATH_AT + bytes.readUInt16LE(PATH_LENGTH_AT))
}

/** Reads back what {@link encodeCacheRecord} wrote; digests are views. */
export function decodeCacheRecord(bytes: Buffer): CacheRecord {
  const kind = KINDS[bytes[0]!]!
  const digest = bytes.subarray(DIGEST_AT, DIGEST_AT + DIGEST_BYTES)
  const sizeBytes = bytes.readDoubleLE(SIZE_AT)
  const stamp = {
    sizeBytes,
    mtimeNs: bytes.readBigInt64LE(MTIME_AT),
    ctimeNs: bytes.readBigInt64LE(CTIME_AT),
    inode: bytes.readBigUInt64LE(INODE_AT),
  }
  const path = recordPath(bytes)
  if (kind === 'small') return { kind, path, stamp, digest, dagBytes: sizeBytes, sha256: digest, blocks: [] }
  const at = PATH_AT + bytes.readUInt16LE(PATH_LENGTH_AT)
  const blocks: Uint8Array[] = []
  for (let from = at + 8 + DIGEST_BYTES; from < bytes.length; from += DIGEST_BYTES) {
    blocks.push(bytes.subarray(from, from + DIGEST_BYTES))
  }
  return {
    kind,
    path,
    stamp,
    digest,
    dagBytes: bytes.readDoubleLE(at),
    sha256: bytes.subarray(at + 8, at + 8 + DIGEST_BYTES),
    blocks,
  }
}
