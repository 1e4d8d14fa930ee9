import { truncate } from 'node:fs/promises'
import type { CallOptions } from '@domainsync/core'
import { CidMarks } from '../car/cid-marks.ts'
import type { BlockHolds } from './block-holds.ts'
import { BlockLog, type BlockPlace, type LogEntry } from './block-log.ts'
import { createPack } from './pack-file.ts'
import { RECORD_HEADER_BYTES } from './pack-record.ts'
import { type HeldBlocks, reachDag } from './reach-dag.ts'
import { statementEntries } from './root-statement.ts'
import { StoreError } from './store-error.ts'

/** Copied in one write. */
const BATCH_BYTES = 4 * 1024 * 1024

export interface PackCopyOptions {
  /** Where blocks are looked up: the store, as readers see it. */
  readonly blocks: HeldBlocks
  readonly holds: BlockHolds
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/**
 * What a log's roots and unfinished work need, being copied to a new log in the order it lies in the old one, every block
 * verified on the way.
 */
export class PackCopy {
  readonly #options: PackCopyOptions
  readonly #reached = new CidMarks()
  #to: BlockLog | undefined

  constructor(options: PackCopyOptions) {
    this.#options = options
  }

  /** Bytes that the needed blocks take in a pack. */
  async neededBytes(from: BlockLog, call: CallOptions): Promise<number> {
    const places = await this.#needed(from, call)
    return places.reduce((sum, { sizeBytes }) => sum + RECORD_HEADER_BYTES + sizeBytes, 0)
  }

  /** Where the last record of a log ends that is needed. */
  async neededEnd(from: BlockLog, call: CallOptions): Promise<number> {
    const last = (await this.#needed(from, call)).at(-1)
    return Math.max(from.statedAt, last ? last.offset + last.sizeBytes : 0)
  }

  /** Creates the new pack; a file in its place is overwritten. */
  async create(path: string): Promise<void> {
    this.#to = new BlockLog(await createPack(path))
  }

  /** The new log; it says and has what the old one did at the last {@link catchUp}. */
  get log(): BlockLog {
    return this.#to as BlockLog
  }

  /**
   * Copies what is needed now and the copy does not have, then makes it durable. The log is only read.
   *
   * @throws StoreError `BLOCK_DAMAGED`, `DAG_INCOMPLETE`: mend or unpin that root first, since what is below cannot be known.
   */
  async catchUp(from: BlockLog, call: CallOptions): Promise<void> {
    const to = this.log
    let batch: LogEntry[] = []
    let batchBytes = 0
    for (const place of await this.#needed(from, call)) {
      call.signal?.throwIfAborted()
      if (to.place(place.digest) !== undefined) continue
      const body = await from.read(place)
      if (body === undefined) {
        if (this.#reached.hasDigest(place.digest)) throw damaged(place.digest)
        continue
      }
      batch.push({ kind: 'block', digest: place.digest, body })
      batchBytes += body.length
      if (batchBytes < BATCH_BYTES) continue
      await to.append(batch)
      batch = []
      batchBytes = 0
    }
    const statements = [...from.roots.since(to.roots, this.#options.now())]
    batch.push(...statements.flatMap(statementEntries))
    if (batch.length > 0) await to.append(batch)
    await to.sync()
  }

  /** Gives up. An empty file stays where one was begun: the next opening of the store sees by it that there is work left. */
  async abandon(): Promise<void> {
    if (this.#to === undefined) return
    await this.#to.retire()
    await truncate(this.#to.pack.path).catch(() => undefined)
  }

  async #needed(from: BlockLog, { signal }: CallOptions): Promise<readonly BlockPlace[]> {
    const { blocks, holds, now } = this.#options
    for (const root of from.roots.pins.values()) await reachDag(root, { blocks, marks: this.#reached, signal })
    // What a lease holds need not be whole, so its marks vouch for nothing later.
    const leased = new CidMarks()
    for (const { root, until } of from.roots.leases.values()) {
      if (until > now()) await reachDag(root, { blocks, marks: leased, partial: true, signal })
    }
    const places: BlockPlace[] = []
    for (const place of from.places()) {
      const { digest } = place
      if (this.#reached.hasDigest(digest) || leased.hasDigest(digest) || holds.has(digest)) places.push(place)
    }
    return places.sort((a, b) => a.offset - b.offset)
  }
}

function damaged(digest: Uint8Array): StoreError {
  return new StoreError(
    'BLOCK_DAMAGED',
    `A block that a pinned root needs (SHA-256 ${Buffer.from(digest).toString('hex')}) is damaged; fetch it again.`,
    { state: 'The store was not compacted.' },
  )
}
