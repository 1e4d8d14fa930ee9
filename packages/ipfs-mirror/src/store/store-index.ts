import { readFile } from 'node:fs/promises'
import { sha256 } from '../car/block-fault.ts'
import { replaceFile } from '../files/replace-file.ts'
import { DigestTable } from './digest-table.ts'
import { decodeStatement, encodeStatement, type RootStatement } from './root-statement.ts'

const MAGIC = Buffer.from('DSINDX2\n')
const ID_AT = 8
const COVERED_AT = 24
const BLOCKS_AT = 32
const STATEMENTS_AT = 40
const HEADER_BYTES = 48
/** Digest (32), offset (8), size (4). */
const ENTRY_BYTES = 44
const CHECKSUM_BYTES = 32
const KINDS = ['pin', 'lease'] as const

/** What the records up to `coveredBytes` of a pack say. A cache: the pack alone holds the truth. */
export interface StoreIndex {
  readonly packId: string
  readonly coveredBytes: number
  /** Offset of each block's body, and its size. */
  readonly table: DigestTable
  /** Which roots are kept. */
  readonly statements: readonly RootStatement[]
}

/** The bytes of an index file; a SHA-256 of everything before stands at the end. */
export function encodeStoreIndex({ packId, coveredBytes, table, statements }: StoreIndex): Buffer {
  const tail = Buffer.concat(statements.map(encodeIndexed))
  const bytes = Buffer.alloc(HEADER_BYTES + table.size * ENTRY_BYTES + tail.length + CHECKSUM_BYTES)
  MAGIC.copy(bytes)
  bytes.write(packId, ID_AT, 'hex')
  bytes.writeDoubleLE(coveredBytes, COVERED_AT)
  bytes.writeDoubleLE(table.size, BLOCKS_AT)
  bytes.writeDoubleLE(statements.length, STATEMENTS_AT)
  let at = HEADER_BYTES
  for (const { digest, value, sizeBytes } of table.entries()) {
    bytes.set(digest, at)
    bytes.writeDoubleLE(value, at + 32)
    bytes.writeUInt32LE(sizeBytes, at + 40)
    at += ENTRY_BYTES
  }
  bytes.set(tail, at)
  at += tail.length
  bytes.set(sha256(bytes.subarray(0, at)), at)
  return bytes
}

/** Kind (1), body length (1), body. */
function encodeIndexed(statement: RootStatement): Buffer {
  const body = encodeStatement(statement)
  return Buffer.concat([Uint8Array.of(KINDS.indexOf(statement.kind as 'pin'), body.length), body])
}

/** Reads an index; `undefined` when a single bit of it is not as it was written. */
export function decodeStoreIndex(bytes: Buffer): StoreIndex | undefined {
  const end = bytes.length - CHECKSUM_BYTES
  if (end < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined
  if (Buffer.compare(sha256(bytes.subarray(0, end)), bytes.subarray(end)) !== 0) return undefined
  const blocks = bytes.readDoubleLE(BLOCKS_AT)
  const table = new DigestTable(blocks)
  let at = HEADER_BYTES
  for (let i = 0; i < blocks; i++, at += ENTRY_BYTES) {
    table.set(bytes.subarray(at, at + 32), bytes.readDoubleLE(at + 32), bytes.readUInt32LE(at + 40))
  }
  const statements: RootStatement[] = []
  for (let i = bytes.readDoubleLE(STATEMENTS_AT); i > 0; i--) {
    const bodyAt = at + 2
    const end = bodyAt + bytes[at + 1]!
    statements.push(decodeStatement(KINDS[bytes[at]!]!, bytes.subarray(bodyAt, end)))
    at = end
  }
  return {
    packId: bytes.toString('hex', ID_AT, COVERED_AT),
    coveredBytes: bytes.readDoubleLE(COVERED_AT),
    table,
    statements,
  }
}

/** The index at the path; `undefined` when there is none that is whole. */
export async function loadStoreIndex(path: string): Promise<StoreIndex | undefined> {
  return readFile(path).then(decodeStoreIndex, () => undefined)
}

/** Replaces the index file. Not synced: what a power cut leaves of it, its checksum tells. */
export async function saveStoreIndex(path: string, index: StoreIndex): Promise<void> {
  await replaceFile(path, encodeStoreIndex(index), { mode: 0o600 })
}
