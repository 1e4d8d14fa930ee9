import type { CID } from 'multiformats/cid'
import type { CallOptions } from '../call-options.ts'

/** Where blocks come from: a store, a gateway. Callers verify every block against its CID; a source is never trusted. */
export interface BlockSource {
  readonly name: string
  /** The block's bytes; `undefined` when the source answers that it does not have it. */
  get(cid: CID, options?: CallOptions): Promise<Uint8Array | undefined>
  /** The whole DAG as one CARv1 stream, where the source can do that. */
  car?(root: CID, options?: CallOptions): AsyncIterable<Uint8Array>
}
