import { DomainSyncError, errorCode, type Operation } from '@domainsync/core'

/**
 * The error of a run with what it left: what did and did not move, the command that goes on, the run's id. What the error says
 * of that by itself stays.
 */
export function explainFailure(error: unknown, { id, domain, state, steps }: Operation): unknown {
  if (!(error instanceof DomainSyncError)) return error
  const onChain = steps.some((step) => step.key === 'sync' && step.state === 'done')
  const left = onChain ? 'The release is on chain; DNS may still name the one before.' : 'No pointer moved.'
  const next = state === 'running' ? `domainsync resume ${domain}` : `domainsync publish ${domain}`
  return new DomainSyncError(errorCode(error), error.message, {
    cause: error.cause,
    state: `${error.state ?? left} Run ${id}.`,
    next: error.next ?? next,
    retryable: error.retryable,
  })
}
