import type { JsonValue, OperationKind, OperationState, StepState } from '@domainsync/core'
import type { OperationRecord, StepRecord } from '../../operation-log.ts'
import type { Sql } from './sqlite-database.ts'

type Row = Readonly<Record<string, unknown>>

const text = (value: unknown): string | undefined => (value === null ? undefined : String(value))
const json = (value: unknown): JsonValue | undefined =>
  value === null ? undefined : (JSON.parse(String(value)) as JsonValue)

function toStep(row: Row): StepRecord {
  return {
    key: String(row.key),
    state: row.state as StepState,
    attempts: Number(row.attempts),
    intent: json(row.intent),
    receipt: json(row.receipt),
    notBefore: row.not_before === null ? undefined : Number(row.not_before),
    error: text(row.error),
  }
}

/** One operation with its steps, from its `op` row. */
export function readOperation(sql: Sql, row: Row): OperationRecord {
  const id = String(row.id)
  return {
    id,
    kind: row.kind as OperationKind,
    domain: String(row.domain),
    incident: text(row.incident),
    expectedSeq: Number(row.expected_seq),
    content: text(row.content),
    root: text(row.root),
    state: row.state as OperationState,
    epoch: Number(row.epoch),
    openedAt: Number(row.opened_at),
    updatedAt: Number(row.updated_at),
    steps: sql.rows('SELECT * FROM step WHERE op = ? ORDER BY n, key', id).map(toStep),
  }
}

/** The operation with this id. */
export function findOperation(sql: Sql, id: string): OperationRecord | undefined {
  const row = sql.row('SELECT * FROM op WHERE id = ?', id)
  return row && readOperation(sql, row)
}
