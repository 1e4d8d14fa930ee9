import { type DomainName, DomainSyncError, type RegistryEvent } from '@domainsync/core'

/**
 * Makes sure that a registered domain's events start at its registration: a history that starts later would forget releases
 * that were condemned before.
 *
 * @throws DomainSyncError `HISTORY_INCOMPLETE`
 */
export function requireWholeHistory(
  events: readonly RegistryEvent[],
  { domain, fromBlock }: { domain: DomainName; fromBlock: number },
): void {
  if (events.some(({ name }) => name === 'DomainRegistered')) return
  throw new DomainSyncError(
    'HISTORY_INCOMPLETE',
    `${domain} was registered before block ${fromBlock}, where its history is read from; use the block of the registry's deployment.`,
    { state: 'Nothing was written.', next: 'network.fromBlock in the configuration', retryable: false },
  )
}
