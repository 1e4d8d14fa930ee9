import type { NewOperation } from '@domainsync/core'
import { JournalError } from '../../journal-error.ts'
import type { OperationRecord } from '../../operation-log.ts'
import { stepKey } from '../../step-key.ts'
import type { Sql } from './sqlite-database.ts'
import { ensureDomain, fence } from './sqlite-fence.ts'
import { findOperation } from './sqlite-operation.ts'

/**
 * Opens an operation, or returns the known one:
 *
 * - done: as it stands, whatever steps are asked for;
 * - running: to go on with, its failed steps pending again;
 * - failed: running again, its failed steps pending again with their attempts at 0. Their intents stay to be seen: a step
 *   that is pending and has one was tried before, so its completion is looked for before it is acted on.
 *
 * Steps that are done, or in the middle (`intent`), keep their state. The list asked for counts: new steps are added, those
 * left out are dropped unless they are done.
 */
export function openOperation(sql: Sql, operation: NewOperation, now: number): OperationRecord {
  for (const step of operation.steps) stepKey(operation.id, step)
  ensureDomain(sql, operation.domain)
  const known = findOperation(sql, operation.id)
  if (known?.state === 'done') return known
  const epoch = operation.epoch ?? 0
  fence(sql, operation.domain, { epoch, operationEpoch: known?.state === 'running' ? known.epoch : 0 })
  refuseSecond(sql, operation)
  if (known) reopen(sql, { known, operation, epoch, now })
  else insert(sql, { operation, epoch, now })
  return findOperation(sql, operation.id)!
}

/** @throws JournalError `OPERATION_RUNNING` when another operation runs for the domain */
export function refuseSecond(sql: Sql, { id, domain }: Pick<NewOperation, 'id' | 'domain'>): void {
  const other = sql.row(`SELECT id, kind FROM op WHERE domain = ? AND state = 'running' AND id <> ?`, domain, id)
  if (!other) return
  throw new JournalError(
    'OPERATION_RUNNING',
    `Operation ${other.id} (${other.kind}) runs for ${domain}; let it end, or run it again if it was killed.`,
    { state: 'Nothing was written.' },
  )
}

function insert(sql: Sql, { operation, epoch, now }: { operation: NewOperation; epoch: number; now: number }): void {
  sql.run(
    `INSERT INTO op (id, kind, domain, incident, expected_seq, content, root, state, epoch, opened_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?)`,
    operation.id,
    operation.kind,
    operation.domain,
    operation.incident ?? null,
    operation.expectedSeq,
    operation.content ?? null,
    operation.root ?? null,
    epoch,
    now,
    now,
  )
  placeSteps(sql, operation)
}

function reopen(sql: Sql, at: { known: OperationRecord; operation: NewOperation; epoch: number; now: number }): void {
  const { known, operation, epoch, now } = at
  if (known.domain !== operation.domain) {
    throw new JournalError(
      'OPERATION_MISMATCH',
      `Operation ${known.id} is ${known.domain}'s, not ${operation.domain}'s.`,
      {
        retryable: false,
      },
    )
  }
  const stays =
    known.state === 'running' &&
    known.epoch === epoch &&
    known.steps.every((step) => step.state !== 'failed') &&
    known.steps.map((step) => step.key).join('\n') === operation.steps.join('\n')
  if (stays) return
  sql.run(`UPDATE op SET state = 'running', epoch = ?, updated_at = ? WHERE id = ?`, epoch, now, known.id)
  sql.run(
    `UPDATE step SET state = 'pending', attempts = 0, not_before = NULL WHERE op = ? AND state = 'failed'`,
    known.id,
  )
  const wanted = new Set(operation.steps)
  for (const step of known.steps) {
    if (wanted.has(step.key)) continue
    if (step.state === 'done')
      sql.run('UPDATE step SET n = ? WHERE op = ? AND key = ?', wanted.size, known.id, step.key)
    else sql.run('DELETE FROM step WHERE op = ? AND key = ?', known.id, step.key)
  }
  placeSteps(sql, operation)
}

function placeSteps(sql: Sql, operation: NewOperation): void {
  operation.steps.forEach((key, n) => {
    sql.run(
      `INSERT INTO step (op, n, key, state) VALUES (?, ?, ?, 'pending') ON CONFLICT (op, key) DO UPDATE SET n = excluded.n`,
      operation.id,
      n,
      key,
    )
  })
}
