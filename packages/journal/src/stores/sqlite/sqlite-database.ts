import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { systemClock } from '../../system-clock.ts'
import { isBusy, storeError } from './sqlite-error.ts'

/** How long SQLite itself waits for a lock: it blocks the event loop meanwhile. */
export const BUSY_TIMEOUT_MS = 50

/** How long a call goes on trying before it is `STORE_BUSY`. */
export const BUSY_DEADLINE_MS = 10_000

const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 250

type Row = Readonly<Record<string, unknown>>

/** Statements inside one transaction. There is no way to await in it. */
export interface Sql {
  /** The first row, or `undefined`. */
  row(sql: string, ...values: SQLInputValue[]): Row | undefined
  rows(sql: string, ...values: SQLInputValue[]): Row[]
  /** The number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number
  exec(sql: string): void
}

/** One connection: transactions that try again while another process holds the lock. */
export class SqliteDatabase {
  readonly #path: string
  readonly #busyDeadlineMs: number
  readonly #connection: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(path: string, { busyDeadlineMs }: { busyDeadlineMs: number }) {
    this.#path = path
    this.#busyDeadlineMs = busyDeadlineMs
    try {
      this.#connection = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
    } catch (error) {
      throw storeError(path, error)
    }
  }

  /** Runs `work` in one IMMEDIATE transaction; it may run several times, so it must not have other effects. */
  write<T>(work: (sql: Sql) => T): Promise<T> {
    return this.#retry(() => this.#transaction('BEGIN IMMEDIATE', work))
  }

  /** Runs `work` on one snapshot. */
  read<T>(work: (sql: Sql) => T): Promise<T> {
    return this.#retry(() => this.#transaction('BEGIN', work))
  }

  /** Runs statements that cannot stand in a transaction. */
  pragma(statements: string): Promise<void> {
    return this.#retry(() => this.#connection.exec(statements))
  }

  close(): void {
    this.#statements.clear()
    if (this.#connection.isOpen) this.#connection.close()
  }

  async #retry<T>(attempt: () => T): Promise<T> {
    const deadline = systemClock.monotonic() + this.#busyDeadlineMs
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return attempt()
      } catch (error) {
        if (!isBusy(error) || systemClock.monotonic() >= deadline) throw storeError(this.#path, error)
      }
      await systemClock.sleep(pauseMs * (0.5 + Math.random()))
    }
  }

  #transaction<T>(begin: string, work: (sql: Sql) => T): T {
    this.#connection.exec(begin)
    try {
      const result = work(this.#sql)
      this.#connection.exec('COMMIT')
      return result
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  #rollBack(): void {
    if (!this.#connection.isTransaction) return
    try {
      this.#connection.exec('ROLLBACK')
    } catch {
      // On a failing disk this fails too; the first error says why.
    }
  }

  readonly #sql: Sql = {
    row: (sql, ...values) => this.#statement(sql).get(...values),
    rows: (sql, ...values) => this.#statement(sql).all(...values),
    run: (sql, ...values) => Number(this.#statement(sql).run(...values).changes),
    exec: (sql) => this.#connection.exec(sql),
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#connection.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
