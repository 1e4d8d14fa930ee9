import type { OperationRecord, StepRecord } from '../../operation-log.ts'
import { stepKey } from '../../step-key.ts'
import type { Sql } from './sqlite-database.ts'
import { refuseSecond } from './sqlite-open-operation.ts'

/** Makes a done step and those after it pending again; false when it is not done. A failed operation stays failed until it is opened. */
export function undoSteps(sql: Sql, operation: OperationRecord, undone: StepRecord): boolean {
  if (undone.state !== 'done') return false
  if (operation.state === 'done') {
    refuseSecond(sql, operation)
    sql.run(`UPDATE op SET state = 'running' WHERE id = ?`, operation.id)
  }
  for (const { key } of operation.steps.slice(operation.steps.indexOf(undone))) {
    sql.run(
      `UPDATE step SET state = 'pending', attempts = 0, receipt = NULL, not_before = NULL, error = NULL
       WHERE op = ? AND key = ?`,
      operation.id,
      key,
    )
    sql.run(
      `UPDATE tx SET state = 'signed', block_hash = NULL WHERE step_key = ? AND state = 'mined'`,
      stepKey(operation.id, key),
    )
  }
  return true
}
