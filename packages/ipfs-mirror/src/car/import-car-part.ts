import { CarError } from '@domainsync/sdk'
import { CarBufferReader } from '@ipld/car/buffer-reader'
import { blockFault } from './block-fault.ts'
import type { BlockSink } from './read-car.ts'

/**
 * Hands on the blocks of one CAR of `exportDags`, each compared with its name. Whether they make up a DAG is for `pin` to say.
 *
 * @throws CarError `CAR_MALFORMED`, `CAR_BLOCK_MISMATCH`
 */
export async function importCarPart(bytes: Uint8Array, into: readonly BlockSink[]): Promise<{ blocks: number }> {
  const blocks = blocksOf(bytes)
  for (const { cid, bytes: body } of blocks) {
    if (blockFault(cid, body) === undefined) continue
    throw new CarError('CAR_BLOCK_MISMATCH', `The CAR holds something else as block ${cid}; do not trust its source.`, {
      retryable: false,
    })
  }
  for (const sink of into) await sink.put(blocks)
  return { blocks: blocks.length }
}

function blocksOf(bytes: Uint8Array) {
  try {
    return CarBufferReader.fromBytes(bytes).blocks()
  } catch (cause) {
    throw new CarError('CAR_MALFORMED', 'This is not a whole CARv1.', { cause, retryable: false })
  }
}
