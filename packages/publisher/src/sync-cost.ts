import { type CallOptions, type DomainState, hashFromRoot } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { PublishError } from './publish-error.ts'
import type { PublisherPorts } from './publisher-ports.ts'
import { encodeSync } from './steps/sync-step.ts'

/** What the transaction of a publish costs. */
export interface SyncCost {
  readonly gas: bigint
  readonly maxCostWei: bigint
}

/**
 * What a sync would cost now. The content's digest may stand in for that of a root that is not signed yet.
 *
 * @throws PublishError `COST_OVER_BUDGET`; RegistryError when the registry would refuse it; TransactorError `KEY_NO_FUNDS`
 */
export async function syncCost(
  root: CID,
  { state, ports, ...call }: CallOptions & { state: DomainState; ports: PublisherPorts },
): Promise<SyncCost> {
  const { network, transactor } = ports
  const data = encodeSync({ domain: state.id, ipfsHash: hashFromRoot(root), expectedSeq: state.head.seq })
  const { gas, gasLimit, maxCostWei } = await transactor.estimate({ to: network.registry, data }, call)
  if (network.budget) {
    const usd = (Number(maxCostWei) * (Number(gas) / Number(gasLimit)) * network.budget.ethUsd) / 1e18
    if (usd > network.budget.maxUsd) {
      throw new PublishError(
        'COST_OVER_BUDGET',
        `A sync of ${state.domain} would cost $${usd.toFixed(3)} now; the limit is $${network.budget.maxUsd}.`,
        { state: 'Nothing was published.', next: `domainsync publish ${state.domain}`, retryable: true },
      )
    }
  }
  return { gas, maxCostWei }
}
