import { errorCode } from '@domainsync/core'

/** Chain operators and name servers that cannot be asked now, or do not agree: what is true is unknown, and waiting mends it. */
const UNANSWERED = new Set([
  'RPC_NO_QUORUM',
  'RPC_UNREACHABLE',
  'RPC_TIMEOUT',
  'DNS_NO_QUORUM',
  'DNS_UNREACHABLE',
  'DNS_TIMEOUT',
  'DNS_SERVER_FAILURE',
])

/**
 * The error that says that somebody could not be asked: this one, or the last reason why a step's end did not show. `undefined`
 * for every other error: somebody answered.
 */
export function unanswered(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined
  if (UNANSWERED.has(errorCode(error))) return error
  return errorCode(error) === 'STEP_NOT_OBSERVED' ? unanswered(error.cause) : undefined
}
