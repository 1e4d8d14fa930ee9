import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { isSupported, MAX_BLOCK_BYTES } from '../car/block-fault.ts'
import { CidMarks } from '../car/cid-marks.ts'
import { BlockLog, type LogEntry } from './block-log.ts'
import type { Block, BlockStore, Compaction } from './block-store.ts'
import { copyPinned } from './copy-pinned.ts'
import { openPack } from './pack-file.ts'
import { pinEntries } from './pin-entries.ts'
import { reachDag } from './reach-dag.ts'
import { StoreError, storeUnavailable } from './store-error.ts'
import { loadStoreIndex, saveStoreIndex } from './store-index.ts'
import { lockStore, type StoreLock } from './store-lock.ts'
import { syncFolder } from './sync-folder.ts'

/** The index is saved whenever so many bytes of the pack are not in it: what a start after a crash reads at most. */
export const INDEX_EVERY_BYTES = 256 * 1024 * 1024

/**
 * Opens the block store in a folder, which is made when it is missing: `blocks.pack` (append-only, the truth),
 * `blocks.index` (a cache of it) and `lock`. After `kill -9` or a power cut everything that `sync` or `pin` had returned
 * from is there.
 *
 * @throws StoreError `STORE_LOCKED` while somebody has it open, `STORE_MALFORMED` when `blocks.pack` is something else,
 * `STORE_UNAVAILABLE` when the file system is in the way.
 */
export async function openBlockStore(folder: string): Promise<BlockStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause) => {
    throw storeUnavailable(folder, cause)
  })
  const lock = lockStore(join(folder, 'lock'), folder)
  try {
    const packPath = join(folder, 'blocks.pack')
    const indexPath = join(folder, 'blocks.index')
    await rm(`${packPath}.new`, { force: true })
    const index = await loadStoreIndex(indexPath)
    const log = await BlockLog.recover(await openPack(packPath, index?.packId), index)
    return new PackBlockStore(log, { packPath, indexPath, lock, indexedBytes: index ? index.coveredBytes : 0 })
  } catch (error) {
    lock.release()
    throw error instanceof StoreError ? error : storeUnavailable(folder, error)
  }
}

interface StoreFiles {
  readonly packPath: string
  readonly indexPath: string
  readonly lock: StoreLock
  readonly indexedBytes: number
}

class PackBlockStore implements BlockStore {
  readonly name = 'store'
  #log: BlockLog
  readonly #files: StoreFiles
  #indexedBytes: number
  #last: Promise<unknown> = Promise.resolve()
  #closed = false
  #closing: Promise<void> | undefined

  constructor(log: BlockLog, files: StoreFiles) {
    this.#log = log
    this.#files = files
    this.#indexedBytes = files.indexedBytes
  }

  async get(cid: CID, { signal }: CallOptions = {}): Promise<Uint8Array | undefined> {
    signal?.throwIfAborted()
    this.#requireOpen()
    const place = isSupported(cid) ? this.#log.place(cid.multihash.digest) : undefined
    if (place === undefined) return undefined
    const bytes = place.damaged ? undefined : await this.#log.read(place)
    if (bytes === undefined) {
      throw new StoreError(
        'BLOCK_DAMAGED',
        `The disk gave other bytes than were written for block ${cid}; fetch it again.`,
      )
    }
    return bytes
  }

  has(cid: CID): boolean {
    return isSupported(cid) && this.#log.place(cid.multihash.digest)?.damaged === false
  }

  async put(blocks: Iterable<Block>): Promise<void> {
    return this.#alone(async () => {
      const entries = new Map<string, LogEntry>()
      for (const block of blocks) {
        requireStorable(block)
        const { digest } = block.cid.multihash
        if (this.#log.place(digest)?.damaged === false) continue
        const key = Buffer.from(digest).toString('latin1')
        entries.set(key, { kind: 'block', digest, body: block.bytes })
      }
      if (entries.size > 0) await this.#log.append([...entries.values()])
    })
  }

  async sync(): Promise<void> {
    return this.#alone(() => this.#sync())
  }

  async pin(root: CID): Promise<void> {
    return this.#alone(async () => {
      requireSupported(root)
      if (this.#log.pins.has(root.toString())) return this.#sync()
      await reachDag(root, { blocks: this, marks: new CidMarks() })
      await this.#log.append(pinEntries('pin', root))
      await this.#sync()
    })
  }

  async unpin(root: CID): Promise<void> {
    return this.#alone(async () => {
      if (this.#log.pins.has(root.toString())) await this.#log.append(pinEntries('unpin', root))
      await this.#sync()
    })
  }

  pinned(): readonly CID[] {
    return [...this.#log.pins.values()]
  }

  async compact({ signal }: CallOptions = {}): Promise<Compaction> {
    return this.#alone(async () => {
      const before = this.#log
      const after = await copyPinned(before, { path: `${this.#files.packPath}.new`, blocks: this, signal })
      await rename(after.pack.path, this.#files.packPath)
      this.#log = after
      await syncFolder(this.#files.packPath)
      await before.retire()
      await this.#saveIndex()
      return { keptBytes: after.sizeBytes, freedBytes: before.sizeBytes - after.sizeBytes }
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#alone(async () => {
      this.#closed = true
      try {
        await this.#log.sync()
        if (this.#indexedBytes !== this.#log.sizeBytes) await this.#saveIndex()
      } finally {
        await this.#log.retire()
        this.#files.lock.release()
      }
    })
    return this.#closing
  }

  async #sync(): Promise<void> {
    await this.#log.sync()
    if (this.#log.sizeBytes - this.#indexedBytes >= INDEX_EVERY_BYTES) await this.#saveIndex()
  }

  async #saveIndex(): Promise<void> {
    await saveStoreIndex(this.#files.indexPath, this.#log.index())
    this.#indexedBytes = this.#log.sizeBytes
  }

  /** Runs one change at a time, in the order they were asked for. */
  #alone<T>(change: () => Promise<T>): Promise<T> {
    const run = this.#last.then(() => {
      this.#requireOpen()
      return change()
    })
    this.#last = run.catch(() => undefined)
    return run
  }

  #requireOpen(): void {
    if (this.#closed)
      throw new StoreError('STORE_CLOSED', 'The block store was closed; open it again.', { retryable: false })
  }
}

function requireSupported(cid: CID): void {
  if (!isSupported(cid)) {
    throw new StoreError(
      'BLOCK_UNSUPPORTED',
      `${cid} is not CIDv1, dag-pb or raw, SHA-256; a release has no such block.`,
      {
        retryable: false,
      },
    )
  }
}

function requireStorable({ cid, bytes }: Block): void {
  requireSupported(cid)
  if (bytes.length > MAX_BLOCK_BYTES) {
    throw new StoreError('BLOCK_TOO_LARGE', `Block ${cid} is ${bytes.length} bytes; the limit is ${MAX_BLOCK_BYTES}.`, {
      retryable: false,
    })
  }
}
