import { randomBytes } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { StoreError } from './store-error.ts'
import { syncFolder } from './sync-folder.ts'

/** Bytes before the first record: two copies of the pack's identity, so that one flipped bit cannot hide it. */
export const PACK_HEADER_BYTES = 64
const COPY_BYTES = 32
const MAGIC = Buffer.from('DSPACK1\n')
const ID_AT = 8
const ID_BYTES = 16
const CRC_AT = 24

/** An open pack: identity, handle and length. */
export interface PackFile {
  readonly path: string
  readonly handle: FileHandle
  /** 16 random bytes, hex: which pack an index belongs to. */
  readonly id: string
  /** Start value of the records' CRCs. */
  readonly seed: number
  /** Bytes in the file. */
  readonly sizeBytes: number
}

/** Creates an empty pack, durable once its folder is synced. */
export async function createPack(path: string): Promise<PackFile> {
  const handle = await open(path, 'w+', 0o600)
  const id = randomBytes(ID_BYTES)
  await handle.write(encodePackHeader(id), 0, PACK_HEADER_BYTES, 0)
  await handle.datasync()
  return { path, handle, id: id.toString('hex'), seed: crc32(id), sizeBytes: PACK_HEADER_BYTES }
}

/**
 * Opens the pack of a store, or creates it. `knownId` (from the index) helps when both copies of the identity are damaged.
 *
 * @throws StoreError `STORE_MALFORMED` when the file is something else.
 */
export async function openPack(path: string, knownId: string | undefined): Promise<PackFile> {
  const handle = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  if (handle === undefined) return createAndSync(path)
  const { size: sizeBytes } = await handle.stat()
  if (sizeBytes < PACK_HEADER_BYTES) {
    // Killed while the pack was being created: nothing was ever in it.
    await handle.close()
    return createAndSync(path)
  }
  const header = Buffer.alloc(PACK_HEADER_BYTES)
  await handle.read(header, 0, PACK_HEADER_BYTES, 0)
  const id = decodePackHeader(header) ?? (knownId === undefined ? undefined : Buffer.from(knownId, 'hex'))
  if (id === undefined) {
    await handle.close()
    throw new StoreError('STORE_MALFORMED', `${path} is not a DomainSync pack; move it away or name another folder.`, {
      state: 'The file was not touched.',
      retryable: false,
    })
  }
  const intact = encodePackHeader(id)
  if (!intact.equals(header)) await handle.write(intact, 0, PACK_HEADER_BYTES, 0)
  return { path, handle, id: id.toString('hex'), seed: crc32(id), sizeBytes }
}

async function createAndSync(path: string): Promise<PackFile> {
  const pack = await createPack(path)
  await syncFolder(path)
  return pack
}

function encodePackHeader(id: Buffer): Buffer {
  const copy = Buffer.alloc(COPY_BYTES)
  MAGIC.copy(copy)
  id.copy(copy, ID_AT)
  copy.writeUInt32LE(crc32(copy.subarray(0, CRC_AT)), CRC_AT)
  return Buffer.concat([copy, copy])
}

function decodePackHeader(header: Buffer): Buffer | undefined {
  for (const at of [0, COPY_BYTES]) {
    const copy = header.subarray(at, at + COPY_BYTES)
    const sound = copy.subarray(0, MAGIC.length).equals(MAGIC)
    if (sound && crc32(copy.subarray(0, CRC_AT)) === copy.readUInt32LE(CRC_AT)) {
      return Buffer.from(copy.subarray(ID_AT, ID_AT + ID_BYTES))
    }
  }
  return undefined
}
