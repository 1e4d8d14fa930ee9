import type { BlockSource, CallOptions } from '@domainsync/core'
import { carBytes } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import type { Block } from '../store/block-store.ts'
import { CidMarks } from './cid-marks.ts'
import { walkDag } from './walk-dag.ts'

/** About how large a part becomes: it is held in memory as a whole. */
export const CAR_PART_BYTES = 4 * 1024 * 1024

/** What comes out of {@link exportDags}, in this order for each root: parts, then whether they are all. */
export type CarPart =
  /** A CARv1 of some blocks, verified; its header names the root that they were walked for. */
  | { readonly kind: 'car'; readonly root: CID; readonly chunks: readonly Uint8Array[]; readonly sizeBytes: number }
  /** All blocks under the root have come, with this root's parts or those of one before. */
  | { readonly kind: 'whole'; readonly root: CID }
  /** The source could not give all of it. */
  | { readonly kind: 'missing'; readonly root: CID; readonly error: unknown }

/** Several DAGs as CARs of a few megabytes, each block once. Memory stays flat whatever their size. */
export async function* exportDags(
  roots: Iterable<CID>,
  source: BlockSource,
  { signal, partBytes = CAR_PART_BYTES }: CallOptions & { partBytes?: number } = {},
): AsyncGenerator<CarPart> {
  let marks = new CidMarks()
  for (const root of roots) {
    let blocks: Block[] = []
    let sizeBytes = 0
    const part = async (): Promise<CarPart> => {
      const of = blocks
      blocks = []
      sizeBytes = 0
      return { kind: 'car', root, ...(await carOf(root, of)) }
    }
    try {
      for await (const block of walkDag(root, source, { signal, marks })) {
        blocks.push(block)
        sizeBytes += block.bytes.length
        if (sizeBytes >= partBytes) yield await part()
      }
      if (blocks.length > 0) yield await part()
      yield { kind: 'whole', root }
    } catch (error) {
      signal?.throwIfAborted()
      // What was met of it may lack blocks below, so the next walk does not rely on it.
      marks = new CidMarks()
      yield { kind: 'missing', root, error }
    }
  }
}

async function carOf(root: CID, blocks: readonly Block[]): Promise<{ chunks: Uint8Array[]; sizeBytes: number }> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  async function* all() {
    yield* blocks
  }
  for await (const chunk of carBytes([root], all())) {
    chunks.push(chunk)
    sizeBytes += chunk.length
  }
  return { chunks, sizeBytes }
}
