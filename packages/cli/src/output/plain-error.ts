import { DomainSyncError, isDiskFull } from '@domainsync/core'

/**
 * The error to tell of a command that failed. What failed first comes before what failed while closing up; a full disk has one
 * name, whoever met it.
 */
export function plainError(error: unknown): unknown {
  const first = error instanceof SuppressedError ? plainError(error.suppressed) : error
  if (!isDiskFull(first) || (first instanceof DomainSyncError && first.code === 'DISK_FULL')) return first
  const why = first instanceof Error ? first.message : String(first)
  return new DomainSyncError('DISK_FULL', `There is no room left on a disk: ${why}`, {
    cause: first,
    state: (first instanceof DomainSyncError && first.state) || 'What was begun waits in the journal.',
    next: 'make room, then the same command again',
  })
}
