import { errorCode } from '@domainsync/core'
import { plainError } from './plain-error.ts'

/** Done, healthy, or nothing to do. */
export const EXIT_DONE = 0
/** Failed, or `verify` says no. */
export const EXIT_FAILED = 1
/** Incomplete: some of it needs another run or a person. */
export const EXIT_INCOMPLETE = 2
/** Interrupted; resumable. */
export const EXIT_INTERRUPTED = 130

/** Errors that leave the work unfinished rather than failed: the same command can finish it later. */
const INCOMPLETE = new Set([
  'RPC_NO_QUORUM',
  'RPC_UNREACHABLE',
  'RPC_TIMEOUT',
  'TX_REORGED',
  'TX_NOT_MINED',
  'TX_UNDERPRICED',
  'DNS_NO_QUORUM',
  'DNS_UNREACHABLE',
  'DNS_TIMEOUT',
  'DNS_SERVER_FAILURE',
  'ROOT_UNAVAILABLE',
  'COST_OVER_BUDGET',
  'OPERATION_RUNNING',
  'CHALLENGE_MISSING',
  'DISK_FULL',
  'STORE_BUSY',
  'STORE_LOCKED',
])

/** The exit code of a command that ended with this error; of several, one that failed decides. */
export function exitCodeOf(thrown: unknown): number {
  const error = plainError(thrown)
  if (error instanceof Error && error.name === 'AbortError') return EXIT_INTERRUPTED
  if (error instanceof AggregateError && error.errors.length > 0) return Math.min(...error.errors.map(exitCodeOf))
  return INCOMPLETE.has(errorCode(error)) ? EXIT_INCOMPLETE : EXIT_FAILED
}
