import type { StepDefinition, TransactionStepReceipt } from '@domainsync/journal'
import type { PublishContext } from '../publish-context.ts'
import { readState } from '../read-state.ts'

/** What this step leaves: the quorum has seen the release, so many blocks deep. */
export interface ConfirmReceipt {
  readonly release: number
  readonly block: number
}

/** Waits until a quorum of RPCs shows the release, as deep as configured. A rollback meanwhile counts as seen. */
export const confirmStep: StepDefinition<PublishContext> = {
  key: 'confirm',

  intent: async ({ operation }) => ({ expectedSeq: operation.expectedSeq }),

  /** Waiting is all there is to do. */
  async effect() {},

  async observe({ context, operation, receipts, signal }) {
    const { chain, network } = context.ports
    const { blockNumber } = receipts.sync as unknown as TransactionStepReceipt
    const { head, block } = await readState(chain, context.domain.name, { signal })
    const seen = head.seq > operation.expectedSeq && block.number >= blockNumber + network.confirmations
    return seen ? { release: head.latest, block: block.number } : undefined
  },

  // The waiting is long already: after it, running the publish again goes on.
  retry: { attempts: 1, firstDelayMs: 0, maxDelayMs: 0 },
  observeTimeoutMs: 300_000,
  observeEveryMs: 4_000,
}
