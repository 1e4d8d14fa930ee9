import type { Clock, History, Observation } from '@domainsync/core'
import type { Sql, SqliteDatabase } from './sqlite-database.ts'
import { ensureDomain, fence } from './sqlite-fence.ts'
import { readFindings, saveFindings } from './sqlite-findings.ts'
import { PRUNE_EVERY_MS, pruneObservations } from './sqlite-prune.ts'

/** Core's `History` on SQLite. */
export function sqliteHistory(database: SqliteDatabase, clock: Clock): History {
  let prunedAt = Number.NEGATIVE_INFINITY
  return {
    append: async (observations) => {
      await database.write((sql) => {
        for (const observation of observations) append(sql, observation)
      })
      if (clock.now() - prunedAt < PRUNE_EVERY_MS) return
      prunedAt = clock.now()
      await pruneObservations(database, prunedAt)
    },
    recent: ({ domain, probe, since, until, limit }) =>
      database.read((sql) =>
        sql
          .rows(
            `SELECT * FROM observation WHERE domain = ? AND at >= ? AND at <= ? AND probe = coalesce(?, probe)
             ORDER BY at DESC, probe, vantage LIMIT ?`,
            domain,
            since ?? Number.MIN_SAFE_INTEGER,
            until ?? Number.MAX_SAFE_INTEGER,
            probe ?? null,
            limit,
          )
          .map(toObservation),
      ),
    save: (findings, at) =>
      database.write((sql) => {
        ensureDomain(sql, findings.domain)
        fence(sql, findings.domain, { epoch: at?.epoch ?? 0, operationEpoch: 0 })
        saveFindings(sql, findings)
      }),
    findings: (domain) => database.read((sql) => readFindings(sql, domain)),
  }
}

function append(sql: Sql, { domain, probe, vantage, at, status, value, evidence }: Observation): void {
  const before = sql.row(
    `SELECT verdict, value FROM observation WHERE domain = ? AND probe = ? AND vantage = ? AND at < ?
     ORDER BY at DESC LIMIT 1`,
    domain,
    probe,
    vantage,
    at,
  )
  const changed = before?.verdict !== status || before.value !== value
  sql.run(
    `INSERT INTO observation (domain, probe, vantage, at, verdict, value, evidence, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (domain, probe, vantage, at) DO NOTHING`,
    domain,
    probe,
    vantage,
    at,
    status,
    value,
    evidence,
    changed ? 1 : 0,
  )
}

function toObservation(row: Readonly<Record<string, unknown>>): Observation {
  return {
    domain: String(row.domain),
    probe: String(row.probe),
    vantage: String(row.vantage),
    at: Number(row.at),
    status: row.verdict as Observation['status'],
    value: String(row.value),
    evidence: String(row.evidence),
  }
}
