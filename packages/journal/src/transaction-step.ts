import type { Bytes32, JsonValue, TransactionReceipt, TransactionRequest, Transactor } from '@domainsync/core'
import { JournalError } from './journal-error.ts'
import type { RetryPolicy } from './retry-policy.ts'
import { sendTransaction, type TransactionIntent } from './send-transaction.ts'
import type { StepDefinition, StepRun } from './step-definition.ts'
import type { TransactionLog } from './transaction-log.ts'

/** One window of waiting, then the same bytes are sent again, in milliseconds. */
export const TRANSACTION_WINDOW_MS = 60_000

/** How long a transaction may wait in the pool before one with higher fees takes its nonce, in milliseconds. */
export const REPLACE_AFTER_MS = 90_000

/** How often one transaction is replaced. */
export const MAX_REPLACEMENTS = 5

/** Enough windows for every replacement to be sent and sent again. */
export const TRANSACTION_RETRY: RetryPolicy = { attempts: 12, firstDelayMs: 1_000, maxDelayMs: 5_000 }

/** Receipt of a transaction step. Amounts are decimal strings. */
export type TransactionStepReceipt = {
  readonly hash: Bytes32
  readonly blockNumber: number
  readonly blockHash: Bytes32
  readonly gasUsed: string
  readonly gasPriceWei: string
}

export interface TransactionStepOptions<Context> {
  readonly key: string
  readonly chainId: number
  readonly transactor: Transactor
  readonly transactions: TransactionLog
  /** What to call; decided once and stored. */
  request(run: StepRun<Context>): Promise<Pick<TransactionRequest, 'to' | 'data' | 'gasLimit'>>
  /** How many blocks must hold it, its own included. Default 1. */
  readonly confirmations?: number
  readonly windowMs?: number
  readonly replaceAfterMs?: number
  readonly maxReplacements?: number
  /** The longest pause between two looks for the receipt, in milliseconds. */
  readonly observeEveryMs?: number
  readonly retry?: RetryPolicy
}

/**
 * A step that is one transaction, mined once. The raw bytes are stored before they are sent; the nonce belongs to the step.
 * After a crash every hash ever signed for the step is looked up first, then the same bytes are sent again. A second
 * transaction is signed only to replace the first at its nonce with both fees up by at least 12.5 %, or after the nonce was
 * used by another (`NONCE_CONSUMED`, tried again) — so at most one of them can be mined.
 *
 * The receipt is a {@link TransactionStepReceipt}. Fails with `TX_REVERTED` when it was mined and reverted; opening the
 * operation again then signs a new one.
 */
export function transactionStep<Context>(options: TransactionStepOptions<Context>): StepDefinition<Context> {
  const { key, observeEveryMs, windowMs = TRANSACTION_WINDOW_MS, retry = TRANSACTION_RETRY } = options
  const {
    replaceAfterMs = REPLACE_AFTER_MS,
    maxReplacements = MAX_REPLACEMENTS,
    chainId,
    transactor,
    transactions,
  } = options
  /** When this process first sent a transaction, by hash, in monotonic milliseconds. */
  const sentAt = new Map<Bytes32, number>()
  return {
    key,
    retry,
    observeTimeoutMs: windowMs,
    ...(observeEveryMs === undefined ? {} : { observeEveryMs }),
    intent: async (run): Promise<TransactionIntent> => {
      const { to, data, gasLimit } = await options.request(run)
      const receipts = await receiptsOf(options, run)
      const spent = receipts.filter(({ success }) => !success).map(({ hash }) => hash)
      return { to, data, gasLimit: String(gasLimit), spent }
    },
    effect: (run, intent) =>
      sendTransaction(run, {
        intent: intent as TransactionIntent,
        chainId,
        transactor,
        transactions,
        replaceAfterMs,
        maxReplacements,
        sentAt,
      }),
    observe: (run, intent) => observe(options, run, intent as TransactionIntent),
  }
}

async function observe<Context>(
  options: TransactionStepOptions<Context>,
  run: StepRun<Context>,
  intent: TransactionIntent,
): Promise<JsonValue | undefined> {
  const { transactions, confirmations = 1 } = options
  const receipts = await receiptsOf(options, run)
  const mined = receipts.find(({ success }) => success) ?? receipts.find(({ hash }) => !intent.spent.includes(hash))
  if (!mined || mined.confirmations < confirmations) return undefined
  await transactions.settle(mined.hash, 'mined', mined.block.hash)
  if (mined.success) return toReceipt(mined)
  throw new JournalError('TX_REVERTED', `Transaction ${mined.hash} was mined and reverted.`, {
    state: 'Only its fee was spent; nothing else changed on chain.',
    retryable: false,
  })
}

/** The receipts of every transaction signed for the step, replaced ones too: any of them may have been mined. */
async function receiptsOf<Context>(
  { transactor, transactions }: TransactionStepOptions<Context>,
  { stepKey, signal }: StepRun<Context>,
): Promise<TransactionReceipt[]> {
  const known = await transactions.forStep(stepKey)
  const receipts = await Promise.all(known.map(({ hash }) => transactor.receipt(hash, { signal })))
  return receipts.filter((receipt) => receipt !== undefined)
}

function toReceipt({ hash, block, gasUsed, gasPriceWei }: TransactionReceipt): TransactionStepReceipt {
  return {
    hash,
    blockNumber: block.number,
    blockHash: block.hash,
    gasUsed: String(gasUsed),
    gasPriceWei: String(gasPriceWei),
  }
}
