import type { CID } from 'multiformats/cid'

/** A file or directory as a directory links to it. */
export interface DagNode {
  readonly cid: CID
  /** Bytes of all blocks under it, as links state it (`Tsize`). */
  readonly dagBytes: number
  /** SHA-256 of every block that belongs to this node alone, its children's entries apart. */
  readonly blocks: readonly Uint8Array[]
}
