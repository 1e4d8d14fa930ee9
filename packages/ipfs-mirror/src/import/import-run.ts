import { setImmediate as nextTurn } from 'node:timers/promises'
import { DAG_PB, RAW } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { sha256 } from '../car/block-fault.ts'
import { CidMaker } from '../car/cid-maker.ts'
import type { Block } from '../store/block-store.ts'
import { BlockWriter } from './block-writer.ts'
import { buildDirectory, type DirectoryEntry } from './build-directory.ts'
import type { CacheRecord } from './cache-record.ts'
import type { FileStamp } from './file-stamp.ts'
import type { ImportCache } from './import-cache.ts'
import type { ContentFile, ImportOptions } from './import-folder.ts'
import { importLargeFile } from './import-large-file.ts'
import { ReadBuffers } from './read-buffers.ts'
import { readSmallFile } from './read-small-file.ts'
import type { ScannedFile, ScannedFolder, ScannedSite } from './scan-folder.ts'
import { CHUNK_BYTES } from './unixfs-profile.ts'

/** Small files read between two turns of the event loop. */
const READS_PER_TURN = 64

/** What a run works on, besides the caller's options. */
interface RunOptions extends Pick<ImportOptions, 'store' | 'signal' | 'onProgress'> {
  readonly site: ScannedSite
  readonly cache: ImportCache
  /** Saves what was found so far, now and then. */
  readonly checkpoint: () => Promise<void>
}

/** A node and whether it is the one the cache had. */
interface Visited extends Pick<DirectoryEntry, 'cid' | 'dagBytes'> {
  readonly cached: boolean
}

/** One pass over a scanned site: files become blocks, folders become directories, bottom up. */
export class ImportRun {
  readonly files: ContentFile[] = []
  directories = 0
  readonly #folder: string
  readonly #options: RunOptions
  readonly #writer: BlockWriter | undefined
  readonly #buffers = new ReadBuffers()
  readonly #cids = new CidMaker()
  #bytesDone = 0
  #reads = 0

  constructor(folder: string, options: RunOptions) {
    this.#folder = folder
    this.#options = options
    this.#writer = options.store && new BlockWriter(options.store, ({ bytes }) => this.#buffers.release(bytes))
  }

  /** Imports the site and gives the CID of its directory. */
  async root(): Promise<CID> {
    const { cid } = await this.#visitFolder(this.#options.site.root)
    await this.#writer?.flush()
    this.#progress()
    return cid
  }

  async #visitFolder(folder: ScannedFolder): Promise<Visited> {
    const entries: DirectoryEntry[] = []
    let cached = true
    for (const entry of folder.entries) {
      const node =
        entry.kind === 'folder' ? await this.#visitFolder(entry) : (this.#recall(entry) ?? (await this.#read(entry)))
      cached &&= node.cached
      entries.push({ name: entry.name, cid: node.cid, dagBytes: node.dagBytes })
    }
    this.directories++
    return (cached ? this.#recallFolder(folder) : undefined) ?? this.#build(folder, entries)
  }

  #recall(file: ScannedFile): Visited | undefined {
    const record = this.#options.cache.get(file.path, file.stamp)
    if (record === undefined) return undefined
    const cid = this.#cids.make(record.kind === 'small' ? RAW : DAG_PB, record.digest)
    if (!this.#holds(cid, record)) return undefined
    this.#options.cache.keep(file.path)
    this.#note(file, cid, record.sha256)
    return { cid, dagBytes: record.dagBytes, cached: true }
  }

  /** The directory of before, when every entry is the one of before and none is gone. */
  #recallFolder(folder: ScannedFolder): Visited | undefined {
    const record = this.#options.cache.get(folderKey(folder), folderStamp(folder))
    if (record === undefined) return undefined
    const cid = this.#cids.make(DAG_PB, record.digest)
    if (!this.#holds(cid, record)) return undefined
    this.#options.cache.keep(folderKey(folder))
    return { cid, dagBytes: record.dagBytes, cached: true }
  }

  /** Whether the store still has the node's blocks. */
  #holds(cid: CID, { blocks }: Pick<CacheRecord, 'blocks'>): boolean {
    const { store } = this.#options
    return store === undefined || (store.has(cid) && blocks.every((digest) => store.has(this.#cids.make(RAW, digest))))
  }

  async #read(file: ScannedFile): Promise<Visited> {
    if (this.#reads++ % READS_PER_TURN === 0) {
      await nextTurn()
      this.#options.signal?.throwIfAborted()
      await this.#options.checkpoint()
      this.#progress()
    }
    return file.stamp.sizeBytes <= CHUNK_BYTES ? this.#readSmall(file) : this.#readLarge(file)
  }

  async #readSmall({ path, stamp }: ScannedFile): Promise<Visited> {
    const nowNs = now()
    const bytes = this.#buffers.reserve(stamp.sizeBytes)
    readSmallFile(`${this.#folder}/${path}`, { path, stamp, target: bytes })
    const digest = sha256(bytes)
    const cid = this.#cids.make(RAW, digest)
    const hex = Buffer.from(digest.buffer, digest.byteOffset, digest.length).toString('hex')
    const dagBytes = stamp.sizeBytes
    await this.#put({ cid, bytes })
    this.#note({ path, stamp }, cid, hex)
    this.#options.cache.set({ kind: 'small', path, stamp, digest, dagBytes, sha256: hex, blocks: [] }, nowNs)
    return { cid, dagBytes, cached: false }
  }

  async #readLarge({ path, stamp }: ScannedFile): Promise<Visited> {
    const nowNs = now()
    const before = this.#bytesDone
    const file = await importLargeFile(`${this.#folder}/${path}`, {
      path,
      stamp,
      signal: this.#options.signal,
      reserve: (sizeBytes) => this.#buffers.reserve(sizeBytes),
      put: (block) => this.#put(block),
      onBytes: (sizeBytes) => {
        this.#bytesDone += sizeBytes
        this.#progress()
      },
    })
    const { cid, dagBytes, blocks } = file
    this.#bytesDone = before
    const hex = Buffer.from(file.sha256).toString('hex')
    this.#note({ path, stamp }, cid, hex)
    const record = { path, stamp, digest: cid.multihash.digest, dagBytes, sha256: hex, blocks }
    this.#options.cache.set({ kind: 'large', ...record }, nowNs)
    await this.#options.checkpoint()
    return { cid, dagBytes, cached: false }
  }

  async #build(folder: ScannedFolder, entries: readonly DirectoryEntry[]): Promise<Visited> {
    const { cid, dagBytes, blocks } = await buildDirectory(entries, (block) => this.#put(block))
    const stamp = folderStamp(folder)
    const record = { path: folderKey(folder), stamp, digest: cid.multihash.digest, dagBytes, sha256: '', blocks }
    this.#options.cache.set({ kind: 'folder', ...record }, now())
    return { cid, dagBytes, cached: false }
  }

  /** Takes a block and the memory it lies in. */
  #put(block: Block): Promise<void> | undefined {
    if (this.#writer !== undefined) return this.#writer.add(block)
    this.#buffers.release(block.bytes)
    return undefined
  }

  #note({ path, stamp }: Pick<ScannedFile, 'path' | 'stamp'>, cid: CID, sha256: string): void {
    this.files.push({ path, sha256, cid, sizeBytes: stamp.sizeBytes })
    this.#bytesDone += stamp.sizeBytes
  }

  #progress(): void {
    const { site, onProgress } = this.#options
    onProgress?.({
      files: site.files,
      filesDone: this.files.length,
      sizeBytes: site.sizeBytes,
      bytesDone: this.#bytesDone,
    })
  }
}

/** Folders are in the cache under a name that no file can have. */
function folderKey({ path }: ScannedFolder): string {
  return `${path}/`
}

/** What stands for a folder's times and size: how many entries it has. */
function folderStamp({ entries }: ScannedFolder): FileStamp {
  return { sizeBytes: entries.length, mtimeNs: 0n, ctimeNs: 0n, inode: 0n }
}

function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n
}
