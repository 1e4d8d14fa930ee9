import { renameSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { isSupported } from '../car/block-fault.ts'
import { CidMarks } from '../car/cid-marks.ts'
import { BlockHolds } from './block-holds.ts'
import { BlockLog, type LogEntry } from './block-log.ts'
import {
  type Block,
  type BlockStore,
  type Compaction,
  type GetOptions,
  LEASE_MS,
  type StoreEvent,
} from './block-store.ts'
import { Compactor, MIN_DEAD_BYTES } from './compactor.ts'
import { openPack } from './pack-file.ts'
import { type HeldBlocks, reachDag } from './reach-dag.ts'
import { requireStorable, requireSupported } from './require-storable.ts'
import { type RootStatement, statementEntries } from './root-statement.ts'
import { SavedIndex } from './saved-index.ts'
import { StoreError, storeUnavailable } from './store-error.ts'
import { loadStoreIndex } from './store-index.ts'
import { lockStore, type StoreLock } from './store-lock.ts'
import { syncFolder } from './sync-folder.ts'

export interface StoreOptions {
  /** Told of what the store does by itself. */
  readonly onEvent?: ((event: StoreEvent) => void) | undefined
  /** Bytes that no root needs below which the disk is not freed. Default {@link MIN_DEAD_BYTES}. */
  readonly minDeadBytes?: number | undefined
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: (() => number) | undefined
}

/**
 * Opens the block store in a folder, which is made when it is missing: `blocks.pack` (append-only, the truth),
 * `blocks.index` (a cache of it) and `lock`, while it is open `lock.holder` too. After `kill -9` or a power cut everything that `sync` or `pin` had returned
 * from is there.
 *
 * @throws StoreError `STORE_LOCKED` while somebody has it open, `STORE_MALFORMED` when `blocks.pack` is something else,
 * `STORE_UNAVAILABLE` when the file system is in the way.
 */
export async function openBlockStore(folder: string, options: StoreOptions = {}): Promise<BlockStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause) => {
    throw storeUnavailable(folder, cause)
  })
  const lock = lockStore(join(folder, 'lock'), folder)
  try {
    const packPath = join(folder, 'blocks.pack')
    const indexPath = join(folder, 'blocks.index')
    const newPath = `${packPath}.new`
    const wasCompacting = (await stat(newPath).catch(() => undefined)) !== undefined
    await rm(newPath, { force: true })
    const index = await loadStoreIndex(indexPath)
    const log = await BlockLog.recover(await openPack(packPath, index?.packId), index)
    const saved = new SavedIndex(indexPath, { coveredBytes: index?.coveredBytes ?? 0, onEvent: options.onEvent })
    const files = { packPath, newPath, index: saved, lock }
    return new PackBlockStore(log, { files, wasCompacting, ...options })
  } catch (error) {
    lock.release()
    throw error instanceof StoreError ? error : storeUnavailable(folder, error)
  }
}

interface StoreFiles {
  readonly packPath: string
  readonly newPath: string
  readonly index: SavedIndex
  readonly lock: StoreLock
}

interface StoreParts extends StoreOptions {
  readonly files: StoreFiles
  /** A compaction was begun and not ended when the store was open last. */
  readonly wasCompacting: boolean
}

class PackBlockStore implements BlockStore {
  readonly name = 'store'
  #log: BlockLog
  readonly #files: StoreFiles
  readonly #holds = new BlockHolds()
  /** Looked up for the store's own sake. */
  readonly #held: HeldBlocks = {
    get: (cid, options) => this.get(cid, options),
    has: (cid) => isSupported(cid) && this.#log.isSound(cid.multihash.digest),
  }
  readonly #compactor: Compactor
  readonly #now: () => number
  #last: Promise<unknown> = Promise.resolve()
  #damageNoticed = 0
  #closed = false
  #closing: Promise<void> | undefined

  constructor(log: BlockLog, { files, wasCompacting, ...options }: StoreParts) {
    const { now = Date.now, minDeadBytes = MIN_DEAD_BYTES, onEvent = () => {} } = options
    this.#log = log
    this.#files = files
    this.#now = now
    const store = {
      log: () => this.#log,
      alone: <T>(change: () => Promise<T>) => this.#alone(change),
      replace: (next: BlockLog) => this.#replace(next),
      forgetBehind: (offset: number) => this.#files.index.forgetBehind(offset),
    }
    const { newPath: path } = files
    this.#compactor = new Compactor(store, { path, blocks: this.#held, holds: this.#holds, now, minDeadBytes, onEvent })
    if (wasCompacting) this.#compactor.consider()
  }

  async get(cid: CID, { signal, memory }: GetOptions = {}): Promise<Uint8Array | undefined> {
    signal?.throwIfAborted()
    this.#requireOpen()
    if (!isSupported(cid)) return undefined
    const { digest } = cid.multihash
    for (let place = this.#log.place(digest); place !== undefined; place = this.#log.place(digest)) {
      if (place.damaged) throw damaged(cid)
      const bytes = await this.#log.read(place, memory)
      if (bytes !== undefined) return bytes
      // It is known to be damaged now, or it was dropped or written anew meanwhile.
      if (this.#log.place(digest)?.damaged) this.#damageNoticed++
    }
    return undefined
  }

  has(cid: CID): boolean {
    const isThere = this.#held.has(cid)
    if (isThere) this.#holds.note(cid.multihash.digest)
    return isThere
  }

  sizeOf(cid: CID): number | undefined {
    return isSupported(cid) ? this.#log.place(cid.multihash.digest)?.sizeBytes : undefined
  }

  get sizeBytes(): number {
    return this.#log.sizeBytes
  }

  get damageNoticed(): number {
    return this.#damageNoticed
  }

  async put(blocks: Iterable<Block>): Promise<void> {
    return this.#alone(async () => {
      const entries = new Map<string, LogEntry>()
      for (const block of blocks) {
        requireStorable(block)
        const { digest } = block.cid.multihash
        this.#holds.note(digest)
        if (this.#log.isSound(digest)) continue
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
      if (this.#log.roots.pins.has(root.toString())) return this.#sync()
      await this.requireWhole(root)
      await this.#state({ kind: 'pin', root })
      await this.#sync()
    })
  }

  async requireWhole(root: CID, { signal }: CallOptions = {}): Promise<void> {
    await reachDag(root, { blocks: this.#held, marks: new CidMarks(), signal })
  }

  async unpin(root: CID): Promise<void> {
    await this.#alone(async () => {
      if (this.#log.roots.pins.has(root.toString())) await this.#state({ kind: 'unpin', root })
      await this.#sync()
    })
    this.#compactor.consider()
  }

  pinned(): readonly CID[] {
    return [...this.#log.roots.pins.values()]
  }

  tidy(): Promise<void> {
    return this.#compactor.tidy()
  }

  hold(): Disposable {
    return this.#holds.open()
  }

  async lease(root: CID): Promise<void> {
    return this.#alone(async () => {
      requireSupported(root)
      const until = this.#now() + LEASE_MS
      const held = this.#log.roots.leases.get(root.toString())
      // A lease that has just begun is as good: the same folder imported again and again does not fill the pack.
      if (held === undefined || held.until < until - LEASE_MS / 2) await this.#state({ kind: 'lease', root, until })
    })
  }

  async compact(call: CallOptions = {}): Promise<Compaction> {
    this.#requireOpen()
    return this.#compactor.compact(call)
  }

  close(): Promise<void> {
    this.#closing ??= this.#compactor.close().then(() =>
      this.#alone(async () => {
        this.#closed = true
        try {
          await this.#log.sync()
          if (!this.#files.index.covers(this.#log.sizeBytes)) await this.#saveIndex()
        } finally {
          await this.#log.retire()
          this.#files.lock.release()
        }
      }),
    )
    return this.#closing
  }

  async #state(statement: RootStatement): Promise<void> {
    await this.#log.append(statementEntries(statement))
  }

  /** Readers get the new log in the same moment in which its file takes the old one's place. */
  async #replace(next: BlockLog): Promise<void> {
    const { packPath, newPath } = this.#files
    const before = this.#log
    renameSync(newPath, packPath)
    this.#log = next
    next.movedTo(packPath)
    await syncFolder(packPath)
    await before.retire()
    await this.#saveIndex()
  }

  async #sync(): Promise<void> {
    await this.#log.sync()
    if (this.#files.index.isDue(this.#log.sizeBytes)) await this.#saveIndex()
  }

  async #saveIndex(): Promise<void> {
    await this.#files.index.save(this.#log.index())
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

function damaged(cid: CID): StoreError {
  return new StoreError(
    'BLOCK_DAMAGED',
    `The disk gave other bytes than were written for block ${cid}; fetch it again.`,
  )
}
