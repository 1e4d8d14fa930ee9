import type { CallOptions, Chain, DomainName, RegistryEvent } from '@domainsync/core'
import { type DomainHistory, foldHistory } from './fold-history.ts'
import { requireWholeHistory } from './require-whole-history.ts'

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
  const registered = events.length > 0 || (await chain.domain(domain, head, call)) !== undefined
  if (registered) requireWholeHistory(events, { domain, fromBlock })
  return foldHistory(events)
}
