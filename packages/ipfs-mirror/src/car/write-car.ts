import type { BlockSource, CallOptions } from '@domainsync/core'
import { carBytes } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { walkDag } from './walk-dag.ts'

/**
 * The DAG as one CARv1: one root, every block once, depth first, parents first. Always the same bytes for the same root.
 * Every block is verified on its way; the errors are those of `walkDag`.
 */
export function writeCar(root: CID, source: BlockSource, options: CallOptions = {}): AsyncGenerator<Uint8Array> {
  return carBytes([root], walkDag(root, source, options))
}
