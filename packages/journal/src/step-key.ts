import { JournalError } from './journal-error.ts'

/** The name of a step across all operations: what nonces and transactions belong to. */
export function stepKey(operationId: string, step: string): string {
  if (operationId === '' || operationId.includes('/')) {
    throw new JournalError('OPERATION_MISMATCH', `An operation id is not empty and holds no slash: "${operationId}".`, {
      retryable: false,
    })
  }
  return `${operationId}/${step}`
}

/** The reverse of {@link stepKey}. */
export function parseStepKey(key: string): { operationId: string; step: string } {
  const slash = key.indexOf('/')
  return slash < 0 ? { operationId: key, step: '' } : { operationId: key.slice(0, slash), step: key.slice(slash + 1) }
}
