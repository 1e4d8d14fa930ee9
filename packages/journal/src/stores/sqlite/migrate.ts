import { JournalError } from '../../journal-error.ts'
import { APPLICATION_ID, MIGRATIONS } from './schema.ts'
import type { Sql, SqliteDatabase } from './sqlite-database.ts'

/** Brings the file to today's tables, in one transaction; the table `schema_version` is its record. */
export async function migrate(database: SqliteDatabase, { path, now }: { path: string; now: number }): Promise<void> {
  const known = await database.read((sql) => versionOf(sql, path))
  if (known === MIGRATIONS.length) return configure(database)
  await configure(database)
  await database.write((sql) => {
    const version = versionOf(sql, path)
    if (version === 0) {
      sql.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
      sql.exec('CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT')
    }
    MIGRATIONS.slice(version).forEach((migration, index) => {
      sql.exec(migration)
      sql.run('INSERT INTO schema_version (version, applied_at) VALUES (?, ?)', version + index + 1, now)
    })
  })
}

function configure(database: SqliteDatabase): Promise<void> {
  return database.pragma('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
}

/** 0 for an empty file. */
function versionOf(sql: Sql, path: string): number {
  const tables = Number(sql.row('SELECT count(*) AS count FROM sqlite_schema')?.count)
  if (tables === 0) return 0
  if (sql.row('PRAGMA application_id')?.application_id !== APPLICATION_ID) {
    throw new JournalError(
      'STORE_FOREIGN',
      `${path} is another program's database; choose another path for the store.`,
      {
        state: 'Nothing was written.',
        retryable: false,
      },
    )
  }
  const version = Number(sql.row('SELECT max(version) AS version FROM schema_version')?.version)
  if (version > MIGRATIONS.length) {
    throw new JournalError(
      'STORE_TOO_NEW',
      `The store ${path} was written by a newer DomainSync (format ${version}, this one knows ${MIGRATIONS.length}); update.`,
      { state: 'Nothing was written.', retryable: false },
    )
  }
  return version
}
