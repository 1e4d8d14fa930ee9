import { type Account, type Address, type Bytes32, type Clock, errorCode, type Transactor } from '@domainsync/core'
import { JournalError } from './journal-error.ts'
import { sendLowerNonces } from './send-lower-nonces.ts'
import type { StepRun } from './step-definition.ts'
import { outbid, transactionFees } from './transaction-fees.ts'
import type { LoggedTransaction, TransactionLog } from './transaction-log.ts'

/** A nonce counts as used by another when no receipt of ours shows in so many looks: a node may be late with one. */
const CONSUMED_LOOKS = 3
const CONSUMED_PAUSE_MS = 1_000

/** What is stored before anything is signed. */
export type TransactionIntent = {
  readonly to: Address
  readonly data: `0x${string}`
  readonly gasLimit: string
  /** Transactions of earlier, failed tries that were mined and reverted: they decide nothing any more. */
  readonly spent: readonly Bytes32[]
}

export interface Sending {
  readonly intent: TransactionIntent
  readonly chainId: number
  readonly transactor: Transactor
  readonly transactions: TransactionLog
  readonly replaceAfterMs: number
  readonly maxReplacements: number
  /** When this process first sent a transaction, by hash, in monotonic milliseconds; -∞ when its fees were too low. */
  readonly sentAt: Map<Bytes32, number>
}

/** Signs, stores and sends the step's transaction; or sends the stored one again; or replaces one that waits too long. */
export async function sendTransaction<Context>(run: StepRun<Context>, sending: Sending): Promise<void> {
  const { transactor, transactions, chainId, intent } = sending
  const { signal, stepKey } = run
  // The account before the receipts: a nonce used meanwhile by our own transaction then shows a receipt.
  const account = await transactor.account({ signal })
  const known = await transactions.forStep(stepKey)
  const open = known.filter(({ hash, state }) => state !== 'replaced' && !intent.spent.includes(hash))
  if (await anyMined(open, { transactor, signal })) return
  await settleOvertaken(run, { sending, open, account })
  await settleDropped(run, { sending, account })

  const { epoch } = run.operation
  const reservation = { chainId, sender: account.address, stepKey, chainNonce: account.nonce, epoch }
  const nonce = await run.journal.reserveNonce(reservation)
  const rivals = await transactions.atNonce({ chainId, sender: account.address, nonce })
  const last = rivals.at(-1)
  if (last?.stepKey === stepKey && !isStuck(run, { sending, last, rivals })) {
    await submit(run, sending, last)
    await sendLowerNonces(run, { sending, account, nonce })
    return
  }
  const fees = outbid(
    rivals.map(({ raw }) => transactionFees(raw)),
    account,
  )
  const { to, data, gasLimit } = intent
  const { raw, hash } = await transactor.sign({ to, data, gasLimit: BigInt(gasLimit), nonce, ...fees })
  const stored = { chainId, sender: account.address, nonce, hash, raw, state: 'signed', blockHash: undefined } as const
  await transactions.record(stored, stepKey, { replaces: last?.hash, epoch })
  await submit(run, sending, stored)
}

/** What the network refuses for good may be mended by the next try of the step: another nonce, or higher fees. */
async function submit<Context>(
  { clock, signal }: StepRun<Context>,
  { transactor, sentAt }: Sending,
  { raw, hash, nonce }: Pick<LoggedTransaction, 'raw' | 'hash' | 'nonce'>,
): Promise<void> {
  try {
    await transactor.submit(raw, { signal })
  } catch (cause) {
    const code = errorCode(cause)
    if (code === 'TX_UNDERPRICED') sentAt.set(hash, Number.NEGATIVE_INFINITY)
    if (code === 'TX_UNDERPRICED' || code === 'NONCE_TAKEN') {
      const message = `The network did not take the transaction at nonce ${nonce}: ${cause instanceof Error ? cause.message : code}`
      throw new JournalError(code, message, { cause })
    }
    throw cause
  }
  if (!sentAt.has(hash)) sentAt.set(hash, clock.monotonic())
}

/** Sent by this process, and waiting longer than allowed, while there are replacements left. */
function isStuck<Context>(
  { clock, stepKey }: StepRun<Context>,
  at: { sending: Sending; last: LoggedTransaction; rivals: readonly LoggedTransaction[] },
): boolean {
  const { sentAt, replaceAfterMs, maxReplacements } = at.sending
  const sent = sentAt.get(at.last.hash)
  if (sent === undefined || clock.monotonic() - sent < replaceAfterMs) return false
  return at.rivals.filter((rival) => rival.stepKey === stepKey).length <= maxReplacements
}

async function anyMined(
  transactions: readonly LoggedTransaction[],
  { transactor, signal }: { transactor: Transactor; signal: AbortSignal | undefined },
): Promise<boolean> {
  const receipts = await Promise.all(transactions.map(({ hash }) => transactor.receipt(hash, { signal })))
  return receipts.some((receipt) => receipt !== undefined)
}

/** The same, looked at again for a while. */
async function showsLate(
  transactions: readonly LoggedTransaction[],
  { clock, ...asking }: { transactor: Transactor; clock: Clock; signal: AbortSignal | undefined },
): Promise<boolean> {
  for (let look = 0; look < CONSUMED_LOOKS; look++) {
    await clock.sleep(CONSUMED_PAUSE_MS, asking.signal)
    if (await anyMined(transactions, asking)) return true
  }
  return false
}

/**
 * Notes that transactions of other steps, mined once, are in no block any more (a reorganisation), so that their nonces are not
 * taken for used.
 */
async function settleDropped<Context>(
  { clock, signal, stepKey }: StepRun<Context>,
  { sending, account }: { sending: Sending; account: Account },
): Promise<void> {
  const { transactions, transactor, chainId } = sending
  for (let nonce = account.nonce; ; nonce++) {
    const known = await transactions.atNonce({ chainId, sender: account.address, nonce })
    if (known.length === 0) return
    const mined = known.filter((one) => one.state === 'mined' && one.stepKey !== stepKey)
    if (mined.length === 0 || (await showsLate(mined, { transactor, clock, signal }))) continue
    for (const { hash } of mined) await transactions.settle(hash, 'signed')
  }
}

/** Notes that transactions of ours lost their nonce to another, or their block to a reorganisation. */
async function settleOvertaken<Context>(
  { clock, signal }: StepRun<Context>,
  { sending, open, account }: { sending: Sending; open: readonly LoggedTransaction[]; account: Account },
): Promise<void> {
  const { transactions, transactor } = sending
  const overtaken = open.filter(({ nonce }) => nonce < account.nonce)
  for (const { hash, state, nonce } of open) {
    if (state === 'mined' && nonce >= account.nonce) await transactions.settle(hash, 'signed')
  }
  if (overtaken.length === 0 || (await showsLate(overtaken, { transactor, clock, signal }))) return
  for (const { hash } of overtaken) await transactions.settle(hash, 'replaced')
  const nonces = [...new Set(overtaken.map(({ nonce }) => nonce))].join(', ')
  throw new JournalError(
    'NONCE_CONSUMED',
    `Another program used nonce ${nonces} of ${account.address}; give each program a key of its own.`,
    { state: 'The transaction of this step was not mined; the next try signs a new one.' },
  )
}
