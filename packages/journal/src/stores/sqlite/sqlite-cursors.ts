import type { Bytes32 } from '@domainsync/core'
import type { Cursors } from '../../cursors.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

/** The port `Cursors` on SQLite. */
export function sqliteCursors(database: SqliteDatabase): Cursors {
  return {
    get: ({ chainId, registry }) =>
      database.read((sql) => {
        const row = sql.row(
          'SELECT number, hash FROM cursor WHERE chain = ? AND registry = ?',
          chainId,
          registry.toLowerCase(),
        )
        return row && { number: Number(row.number), hash: row.hash as Bytes32 }
      }),
    set: ({ chainId, registry }, { number, hash }) =>
      database.write((sql) => {
        sql.run(
          `INSERT INTO cursor (chain, registry, number, hash) VALUES (?, ?, ?, ?)
           ON CONFLICT (chain, registry) DO UPDATE SET number = excluded.number, hash = excluded.hash`,
          chainId,
          registry.toLowerCase(),
          number,
          hash,
        )
      }),
  }
}
