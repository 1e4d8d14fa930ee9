import { IDomainSyncRegistry__factory } from '@domainsync/bindings'
import { type Bytes32, hashFromRoot } from '@domainsync/core'
import { type StepDefinition, transactionStep } from '@domainsync/journal'
import { CID } from 'multiformats/cid'
import { requireFence } from '../fence.ts'
import type { PublishContext } from '../publish-context.ts'
import type { PublisherPorts } from '../publisher-ports.ts'
import { readState } from '../read-state.ts'

const registry = IDomainSyncRegistry__factory.createInterface()

/**
 * The one transaction of a publish: `sync(domain, ipfsHash, expectedSeq)`. The fence is read again before the first is signed:
 * one that can only revert is not paid for.
 */
export function syncStep(ports: PublisherPorts): StepDefinition<PublishContext> {
  const step = transactionStep<PublishContext>({
    key: 'sync',
    chainId: ports.network.chainId,
    transactor: ports.transactor,
    transactions: ports.store.transactions,
    request: async ({ context, operation, signal }) => {
      const ipfsHash = hashFromRoot(CID.parse(operation.root!))
      const data = encodeSync({ domain: context.state.id, ipfsHash, expectedSeq: operation.expectedSeq })
      const to = ports.network.registry
      const { gasLimit } = await ports.transactor.estimate({ to, data }, { signal })
      return { to, data, gasLimit }
    },
  })
  return {
    ...step,
    async effect(run, intent) {
      const signed = await ports.store.transactions.forStep(run.stepKey)
      if (signed.length === 0) {
        requireFence(await readState(ports.chain, run.context.domain.name, { signal: run.signal }), run.operation)
      }
      await step.effect(run, intent)
    },
  }
}

/** Calldata of `sync`. */
export function encodeSync({
  domain,
  ipfsHash,
  expectedSeq,
}: {
  domain: string
  ipfsHash: Bytes32
  expectedSeq: number
}): `0x${string}` {
  return registry.encodeFunctionData('sync', [domain, ipfsHash, expectedSeq]) as `0x${string}`
}
