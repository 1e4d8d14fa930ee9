import type { CID } from 'multiformats/cid'
import type { CallOptions } from '../call-options.ts'
import type { BlockSource } from './block-source.ts'

/** What a replica says of one root. It is a claim; only a proof counts. */
export type ReplicaStatus = 'pinned' | 'pending' | 'failed' | 'absent'

/**
 * What a read from a replica proves. `stored`: the bytes lie with this provider (an offline read, an account-restricted
 * gateway, our own disk). `served`: some gateway answered. `claimed`: it says so.
 */
export type Evidence = 'stored' | 'served' | 'claimed'

/** Keeps a root retrievable. Every method may be called again with no further effect. */
export interface Replica {
  readonly name: string
  /** Replicas that one accident can take together share this. */
  readonly failureDomain: string
  readonly evidence: Evidence
  /** A node of ours: a block more or less costs nothing there. */
  readonly isOwn?: boolean
  /** Where others can fetch what it holds: multiaddresses that end in its peer id. */
  readonly origins?: readonly string[]
  /** Reads from this provider alone: what the retrieval proof asks. */
  readonly source: BlockSource
  status(root: CID, options?: CallOptions): Promise<ReplicaStatus>
  /** Sends the whole DAG. `car` starts a new stream at each call. */
  upload?(root: CID, car: () => AsyncIterable<Uint8Array>, options?: CallOptions): Promise<void>
  /** Asks the provider to fetch the root itself from the given multiaddresses. */
  pull?(root: CID, origins: readonly string[], options?: CallOptions): Promise<void>
  /** Lets go of the root; its blocks may then be dropped. */
  remove?(root: CID, options?: CallOptions): Promise<void>
}
