import type { Condition, Findings, Freeze, Incident } from '@domainsync/core'
import type { Sql } from './sqlite-database.ts'

/** Replaces what is known of the domain; what is left out is kept as history, no longer current. */
export function saveFindings(sql: Sql, { domain, conditions, incident, freezes }: Findings): void {
  sql.run(`UPDATE condition SET status = 'cleared' WHERE domain = ?`, domain)
  for (const { type, subject, severity, since, evidence } of conditions) {
    sql.run(
      `INSERT INTO condition (domain, type, subject, status, severity, since, evidence) VALUES (?, ?, ?, 'open', ?, ?, ?)
       ON CONFLICT (domain, type, subject) DO UPDATE SET
         status = 'open', severity = excluded.severity, since = excluded.since, evidence = excluded.evidence`,
      domain,
      type,
      subject,
      severity,
      since,
      evidence,
    )
  }
  saveIncident(sql, domain, incident)
  // A sticky freeze ends by a person's signature, never by being forgotten.
  sql.run(
    `UPDATE freeze SET current = 0 WHERE domain = ? AND (kind = 'automatic' OR thaw_signature IS NOT NULL)`,
    domain,
  )
  for (const freeze of freezes) saveFreeze(sql, domain, freeze)
}

function saveIncident(sql: Sql, domain: string, incident: Incident | undefined): void {
  sql.run('UPDATE incident SET current = 0 WHERE domain = ?', domain)
  if (!incident) return
  sql.run(
    `INSERT INTO incident (id, domain, first_bad_at, opened_at, closed_at, current) VALUES (?, ?, ?, ?, ?, 1)
     ON CONFLICT (id) DO UPDATE SET
       first_bad_at = excluded.first_bad_at, opened_at = excluded.opened_at, closed_at = excluded.closed_at, current = 1`,
    incident.id,
    domain,
    incident.firstBadAt,
    incident.openedAt,
    incident.closedAt ?? null,
  )
}

function saveFreeze(sql: Sql, domain: string, freeze: Freeze): void {
  sql.run(
    `INSERT INTO freeze (id, domain, cause, kind, evidence_digest, since, thaw_signature, current) VALUES (?, ?, ?, ?, ?, ?, ?, 1)
     ON CONFLICT (id) DO UPDATE SET
       cause = excluded.cause, kind = excluded.kind, evidence_digest = excluded.evidence_digest, since = excluded.since,
       thaw_signature = coalesce(freeze.thaw_signature, excluded.thaw_signature), current = 1`,
    freeze.id,
    domain,
    freeze.cause,
    freeze.kind,
    freeze.evidenceDigest,
    freeze.since,
    freeze.thawSignature ?? null,
  )
}

/** What was saved last, conditions by type and subject, freezes oldest first. */
export function readFindings(sql: Sql, domain: string): Findings {
  const conditions = sql.rows(
    `SELECT * FROM condition WHERE domain = ? AND status = 'open' ORDER BY type, subject`,
    domain,
  )
  const incident = sql.row('SELECT * FROM incident WHERE domain = ? AND current = 1', domain)
  const freezes = sql.rows('SELECT * FROM freeze WHERE domain = ? AND current = 1 ORDER BY since, id', domain)
  return {
    domain,
    conditions: conditions.map(
      (row): Condition => ({
        domain,
        type: row.type as Condition['type'],
        subject: String(row.subject),
        severity: row.severity as Condition['severity'],
        since: Number(row.since),
        evidence: String(row.evidence),
      }),
    ),
    incident: incident && {
      id: String(incident.id),
      domain,
      firstBadAt: Number(incident.first_bad_at),
      openedAt: Number(incident.opened_at),
      closedAt: incident.closed_at === null ? undefined : Number(incident.closed_at),
    },
    freezes: freezes.map(
      (row): Freeze => ({
        id: String(row.id),
        domain,
        cause: String(row.cause),
        kind: row.kind as Freeze['kind'],
        evidenceDigest: String(row.evidence_digest),
        since: Number(row.since),
        thawSignature: row.thaw_signature === null ? undefined : String(row.thaw_signature),
      }),
    ),
  }
}
