import { crc32 } from 'node:zlib'
import { MAX_BLOCK_BYTES } from '../car/block-fault.ts'
import type { RootStatement } from './root-statement.ts'

/** What a record of the pack says: a block's bytes, or something of a root. */
export type RecordKind = 'block' | RootStatement['kind']

/** A record's header, decoded. The body of `sizeBytes` follows it. */
export interface RecordHeader {
  readonly kind: RecordKind
  readonly sizeBytes: number
  /** SHA-256 of the body. */
  readonly digest: Uint8Array
}

/** `DSr`, which every record starts with; the kind is the fourth byte. */
export const RECORD_MARK = Buffer.from('DSr')
/** Mark and kind (4), body length (4), SHA-256 of the body (32), CRC-32 of these 40 bytes seeded with the pack's id (4). */
export const RECORD_HEADER_BYTES = 44
const CHECKED_BYTES = 40
const KINDS: readonly RecordKind[] = ['block', 'pin', 'unpin', 'lease']

/**
 * Writes the header of one record at `offset` of `target`. The CRC starts from the pack's seed, so that a pack file inside a
 * site cannot be taken for records of the pack that stores it.
 */
export function encodeRecordHeader(header: RecordHeader, { target, offset, seed }: EncodeTarget): void {
  target.set(RECORD_MARK, offset)
  target[offset + 3] = KINDS.indexOf(header.kind)
  target.writeUInt32LE(header.sizeBytes, offset + 4)
  target.set(header.digest, offset + 8)
  target.writeUInt32LE(crc32(target.subarray(offset, offset + CHECKED_BYTES), seed), offset + CHECKED_BYTES)
}

/** Where a header is written. */
export interface EncodeTarget {
  readonly target: Buffer
  readonly offset: number
  /** The pack's seed. */
  readonly seed: number
}

/** Reads a header from its 44 bytes; `undefined` when they are not one of this pack. */
export function decodeRecordHeader(bytes: Buffer, seed: number): RecordHeader | undefined {
  if (bytes.length < RECORD_HEADER_BYTES || RECORD_MARK.compare(bytes, 0, 3) !== 0) return undefined
  if (crc32(bytes.subarray(0, CHECKED_BYTES), seed) !== bytes.readUInt32LE(CHECKED_BYTES)) return undefined
  const kind = KINDS[bytes[3]!]
  const sizeBytes = bytes.readUInt32LE(4)
  if (kind === undefined || sizeBytes > MAX_BLOCK_BYTES) return undefined
  return { kind, sizeBytes, digest: Uint8Array.from(bytes.subarray(8, CHECKED_BYTES)) }
}
