import type { SqliteDatabase } from './sqlite-database.ts'

/** How long every observation is kept. */
export const RAW_OBSERVATIONS_MS = 24 * 3_600_000

/** How long an observation that differs from the one before it is kept. */
export const CHANGED_OBSERVATIONS_MS = 90 * 24 * 3_600_000

/** How often old observations are looked for. */
export const PRUNE_EVERY_MS = 10 * 60_000

const SLOT_MS = 3_600_000

/** Rows removed in one transaction: other writers get their turn in between. */
const BATCH = 5_000

/** Counts old observations into hourly slots (objective `probe:<name>`) and removes them. */
export async function pruneObservations(database: SqliteDatabase, now: number): Promise<void> {
  let removed: number
  do {
    removed = await database.write((sql) => {
      const old = sql.rows(
        `SELECT domain, probe, vantage, at, verdict FROM observation
         WHERE at < ? AND (changed = 0 OR at < ?) ORDER BY at LIMIT ?`,
        now - RAW_OBSERVATIONS_MS,
        now - CHANGED_OBSERVATIONS_MS,
        BATCH,
      )
      for (const row of old) {
        const at = Number(row.at)
        const count = (verdict: string) => (row.verdict === verdict ? 1 : 0)
        sql.run(
          `INSERT INTO slo_slot (domain, objective, at, good, bad, unknown) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (domain, objective, at) DO UPDATE SET
             good = good + excluded.good, bad = bad + excluded.bad, unknown = unknown + excluded.unknown`,
          String(row.domain),
          `probe:${row.probe}`,
          at - (at % SLOT_MS),
          count('good'),
          count('bad'),
          count('unknown'),
        )
        sql.run(
          'DELETE FROM observation WHERE domain = ? AND probe = ? AND vantage = ? AND at = ?',
          String(row.domain),
          String(row.probe),
          String(row.vantage),
          at,
        )
      }
      return old.length
    })
  } while (removed === BATCH)
}
