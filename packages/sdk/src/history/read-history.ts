import type { CallOptions, Chain, DomainName, RegistryEvent } from '@domainsync/core'
import { type DomainHistory, foldHistory } from './fold-history.ts'

/**
 * A domain's whole history from its events, which a quorum chain agrees on log by log.
 *
 * @throws ChainError
 */
export async function readHistory(
  chain: Chain,
  domain: DomainName,
  { fromBlock = 0, ...call }: CallOptions & { fromBlock?: number | undefined } = {},
): Promise<DomainHistory> {
  const { number: to } = await chain.block('latest', call)
  const events: RegistryEvent[] = []
  for await (const event of chain.events(domain, { from: fromBlock, to }, call)) events.push(event)
  return foldHistory(events)
}
