import { CidMarks } from '../car/cid-marks.ts'
import { BlockLog, type LogEntry } from './block-log.ts'
import { createPack } from './pack-file.ts'
import { pinEntries } from './pin-entries.ts'
import { type HeldBlocks, reachDag } from './reach-dag.ts'
import { StoreError } from './store-error.ts'

/** Copied in one write. */
const BATCH_BYTES = 4 * 1024 * 1024

/** Where the copy goes, and the store that is copied from. */
export interface CopyOptions {
  readonly path: string
  readonly blocks: HeldBlocks
  readonly signal?: AbortSignal | undefined
}

/**
 * Copies the blocks that pinned roots need, and the pins, to a new pack, in the order they lie in the old one. Every block is
 * verified on the way. Durable when it returns; the old pack was only read.
 *
 * @throws StoreError `BLOCK_DAMAGED`, `DAG_INCOMPLETE`: mend or unpin that root first, since what is below cannot be known.
 */
export async function copyPinned(from: BlockLog, { path, blocks, signal }: CopyOptions): Promise<BlockLog> {
  const marks = new CidMarks()
  for (const root of from.pins.values()) await reachDag(root, { blocks, marks, signal })
  const kept = [...from.places()].filter((place) => marks.hasDigest(place.digest)).sort((a, b) => a.offset - b.offset)
  const to = new BlockLog(await createPack(path))
  try {
    let batch: LogEntry[] = []
    let batchBytes = 0
    for (const place of kept) {
      signal?.throwIfAborted()
      const body = await from.read(place)
      if (body === undefined) throw damaged(place.digest)
      batch.push({ kind: 'block', digest: place.digest, body })
      batchBytes += body.length
      if (batchBytes < BATCH_BYTES) continue
      await to.append(batch)
      batch = []
      batchBytes = 0
    }
    for (const root of from.pins.values()) batch.push(...pinEntries('pin', root))
    if (batch.length > 0) await to.append(batch)
    await to.sync()
    return to
  } catch (error) {
    await to.retire()
    throw error
  }
}

function damaged(digest: Uint8Array): StoreError {
  return new StoreError(
    'BLOCK_DAMAGED',
    `A block that a pinned root needs (SHA-256 ${Buffer.from(digest).toString('hex')}) is damaged; fetch it again.`,
    { state: 'The store was not compacted.' },
  )
}
