import type { OperationLog } from '../../operation-log.ts'
import type { SqliteDatabase } from './sqlite-database.ts'
import { findOperation, readOperation } from './sqlite-operation.ts'

/** The port `OperationLog` on SQLite. */
export function sqliteOperationLog(database: SqliteDatabase): OperationLog {
  return {
    operation: (id) => database.read((sql) => findOperation(sql, id)),
    operations: ({ domain, limit }) =>
      database.read((sql) =>
        (domain === undefined
          ? sql.rows('SELECT * FROM op ORDER BY serial DESC LIMIT ?', limit)
          : sql.rows('SELECT * FROM op WHERE domain = ? ORDER BY serial DESC LIMIT ?', domain, limit)
        ).map((row) => readOperation(sql, row)),
      ),
  }
}
