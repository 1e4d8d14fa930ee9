import { type CallOptions, type Chain, type DomainName, DomainSyncError, type RegistryEvent } from '@domainsync/core'
import { type DomainHistory, foldHistory } from './fold-history.ts'

/**
 * A domain's whole history from its events, which a quorum chain agrees on log by log. They are read from the block that the
 * registry was deployed in (`chain.firstBlock`), or from the chain's first where that is not known.
 *
 * @throws ChainError; DomainSyncError `HISTORY_INCOMPLETE` when that block is later than the domain's registration
 */
export async function readHistory(
  chain: Chain,
  domain: DomainName,
  { fromBlock = chain.firstBlock ?? 0, ...call }: CallOptions & { fromBlock?: number | undefined } = {},
): Promise<DomainHistory> {
  const head = await chain.block('latest', call)
  const events: RegistryEvent[] = []
  for await (const event of chain.events(domain, { from: fromBlock, to: head.number }, call)) events.push(event)
  const complete = events.some(({ name }) => name === 'DomainRegistered')
  // A history that starts too late would forget releases that were condemned before.
  if (!complete && (await chain.domain(domain, head, call)) !== undefined) throw startsTooLate(domain, fromBlock)
  return foldHistory(events)
}

function startsTooLate(domain: DomainName, fromBlock: number): DomainSyncError {
  return new DomainSyncError(
    'HISTORY_INCOMPLETE',
    `${domain} was registered before block ${fromBlock}, where its history is read from; use the block of the registry's deployment.`,
    { state: 'Nothing was written.', next: 'network.fromBlock in the configuration', retryable: false },
  )
}
