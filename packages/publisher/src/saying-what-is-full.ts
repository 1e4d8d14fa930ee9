import { DomainSyncError, isDiskFull } from '@domainsync/core'
import { PublishError } from './publish-error.ts'

/**
 * A full disk under its own name, wherever it was met.
 *
 * @throws PublishError `DISK_FULL`, and every other error as it is
 */
export async function sayingWhatIsFull<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!isDiskFull(cause)) throw cause
    const known = cause instanceof DomainSyncError ? cause : undefined
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new PublishError('DISK_FULL', `There is no room for the publisher's blocks, CARs or journal: ${why}`, {
      cause,
      state: known?.state ?? 'No pointer moved.',
      next: `make room, then: ${known?.next ?? 'the same command again'}`,
      retryable: true,
    })
  }
}
