import { IDomainSyncRegistry__factory } from '@domainsync/bindings'
import { type Bytes32, type DomainState, errorCode, hashFromRoot } from '@domainsync/core'
import { type StepDefinition, type StepRun, transactionStep } from '@domainsync/journal'
import { CID } from 'multiformats/cid'
import { overtaken } from '../overtaken.ts'
import type { PublishContext } from '../publish-context.ts'
import type { PublishError } from '../publish-error.ts'
import type { PublisherPorts } from '../publisher-ports.ts'
import { readState } from '../read-state.ts'
import { releaseOf } from '../release-receipt.ts'
import { verifyAsReader } from '../verify-as-reader.ts'

const registry = IDomainSyncRegistry__factory.createInterface()

/**
 * The one transaction of a publish: `sync(domain, ipfsHash, expectedSeq)`. Before it is sent, also again, the fence is read: one
 * that can only revert is not paid for. Before the first is signed, the release is verified as every reader will: one that they
 * would refuse never gets a transaction.
 *
 * Fails with `STALE_SEQ`, `OVERTAKEN`, the reason why readers would refuse it, and as a `transactionStep`.
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

  const stateNow = ({ context, signal }: StepRun<PublishContext>) =>
    readState(ports.chain, context.domain.name, { signal })

  const tooLate = async (run: StepRun<PublishContext>, cause?: unknown): Promise<PublishError> => {
    const sent = (await ports.store.transactions.forStep(run.stepKey)).length > 0
    const { release } = releaseOf(run)
    return overtaken({ domain: run.context.domain.name, release, sent, ports, cause, signal: run.signal })
  }

  return {
    ...step,

    async intent(run) {
      const { head } = await stateNow(run)
      if (head.seq !== run.operation.expectedSeq) throw await tooLate(run)
      try {
        return await step.intent(run)
      } catch (error) {
        // It changed between the two looks.
        throw errorCode(error) === 'STALE_SEQ' ? await tooLate(run, error) : error
      }
    },

    async effect(run, intent) {
      const { operation, signal } = run
      const state = await stateNow(run)
      if (state.head.seq !== operation.expectedSeq) {
        // Our own transaction may be what moved it.
        if (!holds(state, operation.root!) && (await step.observe(run, intent)) === undefined) throw await tooLate(run)
      } else if ((await ports.store.transactions.forStep(run.stepKey)).length === 0) {
        await verifyAsReader({ root: CID.parse(operation.root!), state, source: ports.blocks, signal }, ports)
      }
      await step.effect(run, intent)
    },

    async observe(run, intent) {
      try {
        return await step.observe(run, intent)
      } catch (error) {
        if (errorCode(error) !== 'TX_REVERTED') throw error
        const { head } = await stateNow(run)
        throw head.seq === run.operation.expectedSeq ? error : await tooLate(run, error)
      }
    },
  }
}

function holds({ releases }: DomainState, root: string): boolean {
  const ipfsHash = hashFromRoot(CID.parse(root))
  return releases.some((release) => release.ipfsHash === ipfsHash)
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
