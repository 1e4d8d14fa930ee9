/** `full`: every block of the release. `sample`: root, manifest, all directories and {@link SAMPLE_BLOCKS} random blocks. */
export type ProofMode = 'full' | 'sample'

/** One block that the replica did not give truly. */
export interface ProofFailure {
  readonly cid: string
  /** `BLOCK_MISSING`, `BLOCK_MISMATCH`, `REPLICA_OFFLINE`, `REPLICA_TIMEOUT`, `CAR_TRUNCATED`, … */
  readonly code: string
}

/** What a replica gave back when it was asked for a release; plain JSON, to be recorded as it is. */
export interface Proof {
  readonly replica: string
  readonly root: string
  /** When it began, in milliseconds since 1970. */
  readonly at: number
  /** What was read; a full read that passes its budget becomes a sample. */
  readonly mode: ProofMode
  /** Distinct blocks that came back and verified, and their bytes. */
  readonly blocks: number
  readonly bytes: number
  /** All blocks of the release, known after a full read without failures. */
  readonly blocksTotal?: number
  /** How long the replica took to give the root block, in milliseconds. */
  readonly latencyMs: number
  readonly ok: boolean
  /** The first {@link MAX_FAILURES}, in the order they were met. */
  readonly failures: readonly ProofFailure[]
}

/** Random blocks of a sample. */
export const SAMPLE_BLOCKS = 64
/** Bytes that a full read may take, unless told otherwise. */
export const PROOF_BUDGET_BYTES = 256 * 1024 * 1024
/** Time for one proof, in milliseconds: a replica that drips must not hold up a publish. */
export const PROOF_TIMEOUT_MS = 600_000
/** Blocks that a full read may take, above which a sample is read; and directories that a sample may take. */
export const PROOF_BUDGET_BLOCKS = 250_000
/** A proof that has met so many failures reads no further. */
export const MAX_FAILURES = 100
