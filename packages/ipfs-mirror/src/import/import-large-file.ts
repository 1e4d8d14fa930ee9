import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { rawCidFromSha256 } from '@domainsync/core'
import { importBytes } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { sha256 } from '../car/block-fault.ts'
import type { Block } from '../store/block-store.ts'
import type { DagNode } from './dag-node.ts'
import { sameStamp, stampOf } from './file-stamp.ts'
import { openingFailed, READ_FLAGS, type ReadSmallOptions } from './read-small-file.ts'
import { changedWhileRead, unreadable } from './refusals.ts'
import { CHUNK_BYTES, UNIXFS_PROFILE } from './unixfs-profile.ts'

/** A file of several blocks. */
export interface LargeFile extends DagNode {
  /** SHA-256 of the whole file, 32 bytes. */
  readonly sha256: Uint8Array
}

/** How {@link importLargeFile} is called. */
export interface LargeFileOptions extends Omit<ReadSmallOptions, 'target'> {
  /** Memory for a chunk; `put` takes it back. */
  readonly reserve: (sizeBytes: number) => Uint8Array
  readonly put: (block: Block) => Promise<void> | undefined
  readonly onBytes: (sizeBytes: number) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads a file of more than one chunk once, with flat memory. Both digests, the chunk's and the whole's, are computed here
 * while the next chunk is read: handing chunks to another thread copies them, which costs more than it gains.
 *
 * @throws ImportError `SITE_CHANGED_WHILE_READ`, `SITE_UNREADABLE`.
 */
export async function importLargeFile(file: string, options: LargeFileOptions): Promise<LargeFile> {
  const { path, stamp, put, onBytes, signal } = options
  const handle = await open(file, READ_FLAGS).catch((cause) => {
    throw openingFailed(path, cause)
  })
  try {
    const whole = createHash('sha256')
    const blocks: Uint8Array[] = []
    const store = async (block: Block) => {
      blocks.push(block.cid.multihash.digest)
      await put(block)
      return block.cid
    }
    async function* bufferImporter({ content }: { content: AsyncIterable<Uint8Array> }) {
      for await (const block of content) {
        signal?.throwIfAborted()
        const cid = rawCidFromSha256(sha256(block))
        whole.update(block)
        onBytes(block.length)
        yield async () => {
          await store({ cid, bytes: block })
          return { cid, size: BigInt(block.length), block }
        }
      }
    }
    const root = await importBytes(
      readChunks(handle, options),
      { put: (cid: CID, bytes: Uint8Array) => store({ cid, bytes }) },
      { profile: UNIXFS_PROFILE, bufferImporter },
    )
    if (!sameStamp(stamp, stampOf(await handle.stat({ bigint: true })))) throw changedWhileRead(path)
    return { cid: root.cid, dagBytes: Number(root.size), blocks, sha256: whole.digest() }
  } finally {
    await handle.close()
  }
}

/** The file's chunks; the next one is read while the last is worked on. */
async function* readChunks(handle: FileHandle, options: LargeFileOptions): AsyncGenerator<Uint8Array> {
  const { stamp } = options
  let next = readChunk(handle, { ...options, at: 0 })
  for (let at = 0; at < stamp.sizeBytes; at += CHUNK_BYTES) {
    const chunk = await next
    if (at + CHUNK_BYTES < stamp.sizeBytes) {
      next = readChunk(handle, { ...options, at: at + CHUNK_BYTES })
      // Its failure is seen in its turn, unless the import has failed before.
      next.catch(() => undefined)
    }
    yield chunk
  }
}

interface ChunkPlace extends Pick<LargeFileOptions, 'path' | 'stamp' | 'reserve'> {
  readonly at: number
}

async function readChunk(handle: FileHandle, { path, stamp, reserve, at }: ChunkPlace): Promise<Uint8Array> {
  const chunk = reserve(Math.min(CHUNK_BYTES, stamp.sizeBytes - at))
  let length = 0
  while (length < chunk.length) {
    const { bytesRead } = await handle.read(chunk, length, chunk.length - length, at + length).catch((cause) => {
      throw unreadable(path, cause)
    })
    if (bytesRead === 0) throw changedWhileRead(path)
    length += bytesRead
  }
  return chunk
}
