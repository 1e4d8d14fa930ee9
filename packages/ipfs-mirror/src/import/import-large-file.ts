import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { rawCidFromSha256 } from '@domainsync/core'
import type { Block } from '../store/block-store.ts'
import type { DagNode } from './dag-node.ts'
import { sameStamp, stampOf } from './file-stamp.ts'
import { type FilePart, layOutFile } from './lay-out-file.ts'
import { openingFailed, READ_FLAGS, type ReadSmallOptions } from './read-small-file.ts'
import { changedWhileRead, unreadable } from './refusals.ts'
import { CHUNK_BYTES } from './unixfs-profile.ts'

/** A file of several blocks. */
export interface LargeFile extends DagNode {
  /** SHA-256 of the whole file, 32 bytes. */
  readonly sha256: Uint8Array
}

/** How {@link importLargeFile} is called. */
export interface LargeFileOptions extends Omit<ReadSmallOptions, 'target'> {
  /** Memory for a piece of the file; `put` takes it back. */
  readonly reserve: (sizeBytes: number) => Uint8Array
  readonly put: (block: Block) => Promise<void> | undefined
  readonly onBytes: (sizeBytes: number) => void
  readonly signal?: AbortSignal | undefined
}

/** Chunks that are read ahead, or wait for their hash. */
const CHUNKS_AHEAD = 4

/**
 * Reads a file of more than one chunk once, with flat memory. Each chunk is hashed by another thread while this one hashes the
 * whole, the next chunks are read and the last ones are written.
 *
 * @throws ImportError `SITE_CHANGED_WHILE_READ`, `SITE_UNREADABLE`.
 */
export async function importLargeFile(file: string, options: LargeFileOptions): Promise<LargeFile> {
  const { path, stamp, put } = options
  const handle = await open(file, READ_FLAGS).catch((cause) => {
    throw openingFailed(path, cause)
  })
  try {
    const whole = createHash('sha256')
    const chunks: FilePart[] = []
    for await (const { cid, bytes } of hashChunks(handle, { ...options, whole })) {
      chunks.push({ cid, fileBytes: bytes.length, dagBytes: bytes.length })
      await put({ cid, bytes })
    }
    if (!sameStamp(stamp, stampOf(await handle.stat({ bigint: true })))) throw changedWhileRead(path)
    const blocks = chunks.map(({ cid }) => cid.multihash.digest)
    const { cid, dagBytes } = await layOutFile(chunks, (block) => {
      blocks.push(block.cid.multihash.digest)
      return put(block)
    })
    return { cid, dagBytes, blocks, sha256: whole.digest() }
  } finally {
    await handle.close()
  }
}

interface Hashing {
  readonly bytes: Uint8Array
  readonly digest: Promise<ArrayBuffer>
}

/** The file's chunks in order, with their names. */
async function* hashChunks(handle: FileHandle, options: LargeFileOptions & { whole: Hash }): AsyncGenerator<Block> {
  const { whole, onBytes, signal } = options
  const hashing: Hashing[] = []
  const first = async (): Promise<Block> => {
    const { bytes, digest } = hashing.shift()!
    return { cid: rawCidFromSha256(new Uint8Array(await digest)), bytes }
  }
  for await (const bytes of readChunks(handle, options)) {
    signal?.throwIfAborted()
    // Begun in another thread before this one turns to the whole.
    hashing.push({ bytes, digest: crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>) })
    whole.update(bytes)
    onBytes(bytes.length)
    if (hashing.length >= CHUNKS_AHEAD) yield await first()
  }
  while (hashing.length > 0) yield await first()
}

/** The file's chunks; the next ones are read while the last is worked on. */
async function* readChunks(handle: FileHandle, options: LargeFileOptions): AsyncGenerator<Uint8Array> {
  const { sizeBytes } = options.stamp
  const reading: Promise<Uint8Array>[] = []
  for (let at = 0; at < sizeBytes || reading.length > 0; ) {
    for (; at < sizeBytes && reading.length < CHUNKS_AHEAD; at += CHUNK_BYTES) {
      const chunk = readChunk(handle, { ...options, at })
      // Its failure is seen in its turn, unless the import has failed before.
      chunk.catch(() => undefined)
      reading.push(chunk)
    }
    yield await reading.shift()!
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
