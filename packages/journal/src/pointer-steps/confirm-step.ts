import type { Bytes32 } from '@domainsync/core'
import type { StepDefinition, StepRun } from '../step-definition.ts'
import type { TransactionStepReceipt } from '../transaction-step.ts'
import { UndoneError } from '../undone-error.ts'
import type { PlaceOf } from './pointer-place.ts'

/** A transaction without a receipt for this long was dropped with its block, in milliseconds; a node may be late with one. */
export const DROPPED_AFTER_MS = 10_000

/** What this step leaves: the head that the quorum shows. */
export interface ConfirmReceipt {
  readonly live: number
  readonly seq: number
  readonly block: number
}

export type ConfirmStepOptions<Context> = Pick<
  StepDefinition<Context>,
  'retry' | 'observeTimeoutMs' | 'observeEveryMs'
> & {
  readonly place: PlaceOf<Context>
  /** Key of the step whose transaction is waited for. */
  readonly transaction: string
  /** Blocks on top of the transaction's own. */
  readonly confirmations?: number
}

/**
 * Waits until a quorum shows the change, as deep as asked for, so that what follows does not act on an old head. A change of
 * somebody else on top counts as seen.
 *
 * When the transaction is in no block any more (a reorganisation), its step is undone: `runOperation` does it again.
 */
export function confirmStep<Context>(options: ConfirmStepOptions<Context>): StepDefinition<Context> {
  const { place, transaction, confirmations = 0, ...timing } = options
  /** Since when this process sees no receipt, by transaction, in monotonic milliseconds. */
  const missingSince = new Map<Bytes32, number>()

  const minedIn = async ({ context, receipts, clock, signal }: StepRun<Context>): Promise<number | undefined> => {
    const { transactor } = place(context)
    const { hash } = receipts[transaction] as unknown as TransactionStepReceipt
    const receipt = await transactor.receipt(hash, { signal })
    if (receipt !== undefined) {
      missingSince.delete(hash)
      return receipt.block.number
    }
    const since = missingSince.get(hash) ?? clock.monotonic()
    missingSince.set(hash, since)
    if (clock.monotonic() - since < DROPPED_AFTER_MS) return undefined
    missingSince.delete(hash)
    throw new UndoneError(transaction, `Transaction ${hash} is in no block any more: the chain was reorganised.`)
  }

  return {
    key: 'confirm',

    intent: async ({ operation }) => ({ expectedSeq: operation.expectedSeq }),

    /** Waiting is all there is to do. */
    async effect() {},

    async observe(run) {
      const { chain, name } = place(run.context)
      const call = { signal: run.signal }
      const state = await chain.domain(name, await chain.block('latest', call), call)
      const mined = await minedIn(run)
      if (state === undefined || mined === undefined) return undefined
      const { head, block } = state
      const seen = head.seq > run.operation.expectedSeq && block.number >= mined + confirmations
      const receipt: ConfirmReceipt = { live: head.live, seq: head.seq, block: block.number }
      return seen ? { ...receipt } : undefined
    },

    ...timing,
  }
}
