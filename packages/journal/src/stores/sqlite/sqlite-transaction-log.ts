import type { Bytes32, Clock, StoredTransaction, TransactionState } from '@domainsync/core'
import { JournalError } from '../../journal-error.ts'
import type { LoggedTransaction, RecordOptions, TransactionLog } from '../../transaction-log.ts'
import type { Sql, SqliteDatabase } from './sqlite-database.ts'
import { fenceStep } from './sqlite-fence.ts'
import { holderOf } from './sqlite-nonces.ts'

/** The port `TransactionLog` on SQLite. */
export function sqliteTransactionLog(database: SqliteDatabase, clock: Clock): TransactionLog {
  return {
    record: (transaction, stepKey, options = {}) =>
      database.write((sql) => record(sql, { transaction, stepKey, options, now: clock.now() })),
    forStep: (stepKey) =>
      database.read((sql) =>
        sql.rows('SELECT * FROM tx WHERE step_key = ? ORDER BY serial', stepKey).map(toTransaction),
      ),
    atNonce: ({ chainId, sender, nonce }) =>
      database.read((sql) =>
        sql
          .rows(
            'SELECT * FROM tx WHERE chain = ? AND sender = ? AND nonce = ? ORDER BY serial',
            chainId,
            sender.toLowerCase(),
            nonce,
          )
          .map(toTransaction),
      ),
    settle: (hash, state, blockHash) => database.write((sql) => settle(sql, { hash, state, blockHash })),
  }
}

function record(
  sql: Sql,
  at: { transaction: StoredTransaction; stepKey: string; options: RecordOptions; now: number },
): void {
  const { transaction, stepKey, options, now } = at
  const { chainId, nonce, hash } = transaction
  const sender = transaction.sender.toLowerCase()
  fenceStep(sql, stepKey, options.epoch)
  if (sql.row('SELECT 1 FROM tx WHERE hash = ? AND step_key = ?', hash, stepKey)) return
  if (holderOf(sql, [chainId, sender], nonce) !== stepKey) {
    throw new JournalError(
      'NONCE_NOT_OWNED',
      `${stepKey} does not hold nonce ${nonce} of ${sender}; reserve it first.`,
      {
        state: 'Nothing was written; the transaction must not be sent.',
      },
    )
  }
  const newest = sql.row(
    'SELECT hash FROM tx WHERE chain = ? AND sender = ? AND nonce = ? ORDER BY serial DESC LIMIT 1',
    chainId,
    sender,
    nonce,
  )
  if (newest && newest.hash !== options.replaces) {
    throw new JournalError('TX_ALREADY_SIGNED', `Nonce ${nonce} of ${sender} is signed for by ${newest.hash}.`, {
      state: 'Nothing was written; the transaction must not be sent.',
    })
  }
  sql.run(
    `INSERT INTO tx (chain, sender, nonce, hash, raw, state, block_hash, step_key, recorded_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    chainId,
    sender,
    nonce,
    hash,
    transaction.raw,
    transaction.state,
    transaction.blockHash ?? null,
    stepKey,
    now,
  )
}

function settle(
  sql: Sql,
  { hash, state, blockHash }: { hash: Bytes32; state: TransactionState; blockHash: Bytes32 | undefined },
): void {
  const row = sql.row('SELECT chain, sender, nonce FROM tx WHERE hash = ?', hash)
  if (!row) throw new JournalError('TX_UNKNOWN', `No transaction ${hash} was recorded.`, { retryable: false })
  sql.run('UPDATE tx SET state = ?, block_hash = ? WHERE hash = ?', state, blockHash ?? null, hash)
  if (state !== 'mined') return
  sql.run(
    `UPDATE tx SET state = 'replaced', block_hash = NULL WHERE chain = ? AND sender = ? AND nonce = ? AND hash <> ?`,
    Number(row.chain),
    String(row.sender),
    Number(row.nonce),
    hash,
  )
}

function toTransaction(row: Readonly<Record<string, unknown>>): LoggedTransaction {
  return {
    chainId: Number(row.chain),
    sender: row.sender as LoggedTransaction['sender'],
    nonce: Number(row.nonce),
    hash: row.hash as Bytes32,
    raw: row.raw as LoggedTransaction['raw'],
    state: row.state as TransactionState,
    blockHash: row.block_hash === null ? undefined : (row.block_hash as Bytes32),
    stepKey: String(row.step_key),
    recordedAt: Number(row.recorded_at),
  }
}
