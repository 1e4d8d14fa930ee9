import type { CallOptions, Chain, DomainName, DomainState } from '@domainsync/core'
import { PublishError } from './publish-error.ts'

/**
 * The domain's state now, as the quorum agrees.
 *
 * @throws PublishError `NOT_REGISTERED`; ChainError `RPC_NO_QUORUM` and others
 */
export async function readState(chain: Chain, domain: DomainName, options: CallOptions = {}): Promise<DomainState> {
  const state = await chain.domain(domain, await chain.block('latest', options), options)
  if (state) return state
  throw new PublishError('NOT_REGISTERED', `${domain} is not in the registry.`, {
    next: `domainsync register ${domain}`,
  })
}
