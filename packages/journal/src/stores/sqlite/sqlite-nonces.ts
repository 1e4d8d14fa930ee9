import type { NonceReservation } from '@domainsync/core'
import { JournalError } from '../../journal-error.ts'
import { parseStepKey } from '../../step-key.ts'
import type { Sql } from './sqlite-database.ts'
import { fenceStep } from './sqlite-fence.ts'

/**
 * The nonce that a step owns until it is consumed.
 *
 * - A nonce is consumed when the chain's count is above it, or when a transaction at it was seen mined (an RPC may lag).
 * - A step's newest reservation is the same at every call until it is consumed; then the step gets another.
 * - Otherwise the lowest nonce is taken that is neither consumed nor held. So the gaps that failed operations leave are
 *   filled first: a nonce left out would block every later one of the account.
 * - A reservation is held while its step may still use it: it is the step's newest, and neither the step nor its operation
 *   failed, nor was the step dropped, nor is it done while a reorganisation took its transaction back.
 * - A nonce taken over may have been signed for by its former holder. Whoever signs next must outbid that transaction (see
 *   `TransactionLog.atNonce`), and only one of the two can be mined.
 * - Hence a step whose own transaction still waits at a nonce that meanwhile went to another has to wait: `NONCE_BUSY`,
 *   lest both get mined.
 */
export function reserveNonce(sql: Sql, reservation: NonceReservation): number {
  const { stepKey } = reservation
  fenceStep(sql, stepKey, reservation.epoch)
  const account = [reservation.chainId, reservation.sender.toLowerCase()] as const
  const first = firstUnconsumed(sql, account, reservation.chainNonce)

  const own = newestReservation(sql, account, stepKey)
  if (own !== undefined && own >= first) return own

  const waiting = ownWaitingTransaction(sql, account, { stepKey, first })
  if (waiting !== undefined) {
    const holder = holderOf(sql, account, waiting)
    if (holder !== undefined && holder !== stepKey) {
      throw new JournalError(
        'NONCE_BUSY',
        `A transaction of ${stepKey} waits at nonce ${waiting}, which now belongs to ${holder}; it goes on when that one is mined.`,
      )
    }
  }
  const nonce = waiting ?? lowestFree(sql, account, first)
  sql.run(
    `INSERT INTO nonce (chain, sender, nonce, step_key) VALUES (?, ?, ?, ?)
     ON CONFLICT (chain, sender, nonce) DO UPDATE SET step_key = excluded.step_key`,
    ...account,
    nonce,
    stepKey,
  )
  return nonce
}

type Account = readonly [chainId: number, sender: string]

function firstUnconsumed(sql: Sql, account: Account, chainNonce: number): number {
  const mined = sql.row(
    `SELECT max(nonce) AS top FROM tx WHERE chain = ? AND sender = ? AND state = 'mined'`,
    ...account,
  )
  const top = mined?.top
  return Math.max(chainNonce, typeof top === 'number' ? top + 1 : 0)
}

function newestReservation(sql: Sql, account: Account, stepKey: string): number | undefined {
  const row = sql.row(
    'SELECT max(nonce) AS own FROM nonce WHERE chain = ? AND sender = ? AND step_key = ?',
    ...account,
    stepKey,
  )
  const own = row?.own
  return typeof own === 'number' ? own : undefined
}

/** Where a transaction of the step, signed before, may still be mined. */
function ownWaitingTransaction(
  sql: Sql,
  account: Account,
  { stepKey, first }: { stepKey: string; first: number },
): number | undefined {
  const row = sql.row(
    `SELECT max(nonce) AS waiting FROM tx WHERE chain = ? AND sender = ? AND step_key = ? AND nonce >= ?`,
    ...account,
    stepKey,
    first,
  )
  const waiting = row?.waiting
  return typeof waiting === 'number' ? waiting : undefined
}

function lowestFree(sql: Sql, account: Account, first: number): number {
  let nonce = first
  while (holderOf(sql, account, nonce) !== undefined) nonce++
  return nonce
}

/** The step that holds the nonce and may still use it. */
export function holderOf(sql: Sql, account: Account, nonce: number): string | undefined {
  const row = sql.row('SELECT step_key FROM nonce WHERE chain = ? AND sender = ? AND nonce = ?', ...account, nonce)
  if (!row) return undefined
  const stepKey = String(row.step_key)
  if (newestReservation(sql, account, stepKey) !== nonce) return undefined
  return mayStillUse(sql, stepKey) ? stepKey : undefined
}

function mayStillUse(sql: Sql, stepKey: string): boolean {
  const { operationId, step } = parseStepKey(stepKey)
  const operation = sql.row('SELECT state FROM op WHERE id = ?', operationId)
  // Not a step of an operation: nobody can say that it was given up.
  if (!operation) return true
  const state = sql.row('SELECT state FROM step WHERE op = ? AND key = ?', operationId, step)?.state
  if (state === 'done') return !wasDropped(sql, stepKey)
  return state !== undefined && state !== 'failed' && operation.state !== 'failed'
}

/** Signed for, and not mined any more. */
function wasDropped(sql: Sql, stepKey: string): boolean {
  const states = sql.rows('SELECT state FROM tx WHERE step_key = ?', stepKey).map(({ state }) => state)
  return states.length > 0 && !states.includes('mined')
}
