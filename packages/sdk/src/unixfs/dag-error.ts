import { DomainSyncError } from '@domainsync/core'

/**
 * Refusals of reading files and directories out of verified blocks.
 *
 * - `DAG_MALFORMED`: not UnixFS, or names and sizes that contradict each other.
 * - `DAG_UNSUPPORTED`: a symlink, metadata, a hash or fan-out that releases do not use.
 * - `DAG_TOO_LARGE`: more levels, entries or blocks than the reader allows.
 * - `FILE_TOO_LARGE`: a file of more bytes than the caller wants.
 * - `NOT_A_FILE`, `NOT_A_DIRECTORY`: the other of the two.
 */
export type DagErrorCode =
  | 'DAG_MALFORMED'
  | 'DAG_UNSUPPORTED'
  | 'DAG_TOO_LARGE'
  | 'FILE_TOO_LARGE'
  | 'NOT_A_FILE'
  | 'NOT_A_DIRECTORY'

/** See {@link DagErrorCode}. Trying again cannot help: the blocks are what they are. */
export class DagError extends DomainSyncError {
  declare readonly code: DagErrorCode

  constructor(code: DagErrorCode, message: string, { cause }: { cause?: unknown } = {}) {
    super(code, message, { cause, retryable: false })
  }
}
