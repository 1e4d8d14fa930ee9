import { DomainSyncError, errorCode, type Operation } from '@domainsync/core'
import { releaseOfOperation } from './release-receipt.ts'

/**
 * The error of a run with what it left: what did and did not move, the command that goes on, the run's id. What the error says
 * of that by itself stays.
 */
export function explainFailure(error: unknown, operation: Operation): unknown {
  if (!(error instanceof DomainSyncError)) return error
  const { id, domain, state } = operation
  const isOpen = state === 'running'
  return new DomainSyncError(errorCode(error), error.message, {
    cause: error.cause,
    state: `${whatMoved(operation, error.state)}${isOpen ? whoGoesOn(operation) : ''} Run ${id}.`,
    next: error.next ?? (isOpen ? `domainsync resume ${domain}` : `domainsync publish ${domain}`),
    retryable: error.retryable,
  })
}

function whatMoved(operation: Operation, said: string | undefined): string {
  if (!isDone(operation, 'sync')) {
    const sent = operation.steps.some(({ key, intent }) => key === 'sync' && intent !== undefined)
    return said ?? (sent ? 'DNS was left alone; the transaction may still be mined.' : 'No pointer moved.')
  }
  const live = `Release ${releaseOfOperation(operation)!.release} is live on chain`
  if (isDone(operation, 'swap')) return `${live}, and DNS points to it.${said ? ` ${said}` : ''}`
  return said ? `${live}. ${said}` : `${live}; DNS does not point to it yet.`
}

function whoGoesOn(operation: Operation): string {
  const agent = isDone(operation, 'sync') && !isDone(operation, 'swap') ? ', or the agent,' : ''
  return ` Nothing was logged as failed; resuming or publishing again${agent} finishes it.`
}

function isDone({ steps }: Operation, key: string): boolean {
  return steps.some((step) => step.key === key && step.state === 'done')
}
