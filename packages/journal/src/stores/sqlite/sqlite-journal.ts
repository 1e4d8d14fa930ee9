import type { Advance, Clock, Fence, Journal, NonceReservation } from '@domainsync/core'
import { JournalError } from '../../journal-error.ts'
import type { OperationRecord, StepRecord } from '../../operation-log.ts'
import type { Sql, SqliteDatabase } from './sqlite-database.ts'
import { fence } from './sqlite-fence.ts'
import { reserveNonce } from './sqlite-nonces.ts'
import { openOperation } from './sqlite-open-operation.ts'
import { findOperation, readOperation } from './sqlite-operation.ts'
import { undoSteps } from './sqlite-undo.ts'

/** Core's `Journal` on SQLite. */
export function sqliteJournal(database: SqliteDatabase, clock: Clock): Journal {
  return {
    open: (operation) => database.write((sql) => openOperation(sql, operation, clock.now())),
    advance: (id, change, at?: Fence) =>
      database.write((sql) => {
        const operation = findOperation(sql, id)
        if (!operation) {
          throw new JournalError('OPERATION_UNKNOWN', `No operation ${id} was opened.`, { retryable: false })
        }
        const epoch = at?.epoch ?? operation.epoch
        fence(sql, operation.domain, { epoch, operationEpoch: operation.epoch })
        if (!advance(sql, operation, change)) return operation
        sql.run('UPDATE op SET updated_at = ? WHERE id = ?', clock.now(), id)
        return findOperation(sql, id)!
      }),
    running: (domain) =>
      database.read((sql) =>
        (domain === undefined
          ? sql.rows(`SELECT * FROM op WHERE state = 'running' ORDER BY serial`)
          : sql.rows(`SELECT * FROM op WHERE state = 'running' AND domain = ?`, domain)
        ).map((row) => readOperation(sql, row)),
      ),
    reserveNonce: (reservation: NonceReservation) => database.write((sql) => reserveNonce(sql, reservation)),
  }
}

/** Applies the change; false when it was applied before, or a step that is done has overtaken it. */
function advance(sql: Sql, operation: OperationRecord, change: Advance): boolean {
  if (change.kind === 'finish') return finish(sql, operation, change.state)
  const step = operation.steps.find(({ key }) => key === change.step)
  if (!step) {
    throw new JournalError('STEP_UNKNOWN', `Operation ${operation.id} has no step "${change.step}".`, {
      retryable: false,
    })
  }
  if (change.kind === 'undo') return undoSteps(sql, operation, step)
  // Done was read off the world: whatever another process still says about the step, it stays done.
  if (step.state === 'done') return false
  if (operation.state !== 'running') throw closed(operation)
  return advanceStep(sql, { operation, step, change })
}

function advanceStep(
  sql: Sql,
  at: { operation: OperationRecord; step: StepRecord; change: Exclude<Advance, { kind: 'finish' | 'undo' }> },
): boolean {
  const { operation, step, change } = at
  const where = [operation.id, step.key] as const
  switch (change.kind) {
    case 'intent':
      // The first intent stays: two processes that run the same step do the same thing.
      if (step.state === 'intent') return false
      if (step.state === 'failed') throw misplaced(step, change.kind)
      sql.run(
        `UPDATE step SET state = 'intent', intent = ? WHERE op = ? AND key = ?`,
        JSON.stringify(change.intent),
        ...where,
      )
      return true
    case 'done':
      if (step.state === 'pending') throw misplaced(step, change.kind)
      sql.run(
        `UPDATE step SET state = 'done', attempts = attempts + 1, receipt = ?, not_before = NULL, error = NULL
         WHERE op = ? AND key = ?`,
        JSON.stringify(change.receipt),
        ...where,
      )
      if (change.root !== undefined) sql.run('UPDATE op SET root = ? WHERE id = ?', change.root, operation.id)
      return true
    case 'retry':
      if (step.state === 'failed') throw misplaced(step, change.kind)
      sql.run(
        'UPDATE step SET attempts = attempts + 1, error = ?, not_before = ? WHERE op = ? AND key = ?',
        change.error,
        change.notBefore ?? null,
        ...where,
      )
      return true
    case 'failed':
      if (step.state === 'failed') return false
      sql.run(
        `UPDATE step SET state = 'failed', attempts = attempts + 1, error = ?, not_before = NULL
         WHERE op = ? AND key = ?`,
        change.error,
        ...where,
      )
      return true
  }
}

function finish(sql: Sql, operation: OperationRecord, state: 'done' | 'failed'): boolean {
  if (operation.state === state) return false
  if (operation.state !== 'running') throw closed(operation)
  const open = operation.steps.find((step) => step.state !== 'done')
  if (state === 'done' && open) {
    throw new JournalError('OPERATION_INCOMPLETE', `Step "${open.key}" of operation ${operation.id} is not done.`, {
      retryable: false,
    })
  }
  sql.run('UPDATE op SET state = ? WHERE id = ?', state, operation.id)
  return true
}

function closed(operation: OperationRecord): JournalError {
  return new JournalError('OPERATION_CLOSED', `Operation ${operation.id} is ${operation.state}; open it again first.`, {
    retryable: false,
  })
}

function misplaced(step: StepRecord, kind: string): JournalError {
  return new JournalError('STEP_STATE', `Step "${step.key}" is ${step.state}, which "${kind}" cannot follow.`, {
    retryable: false,
  })
}
