import type { Lease, Leases } from '@domainsync/core'
import type { SqliteDatabase } from './sqlite-database.ts'
import { ensureDomain } from './sqlite-fence.ts'

/**
 * Core's `Leases` on SQLite. A lease that ran out is lost, even when nobody took it: its owner claims again, and gets a new
 * epoch. A domain that is held is not handed out, not even to its holder, unless its holder is said to be gone. Domains asked for by
 * name are made known.
 */
export function sqliteLeases(database: SqliteDatabase): Leases {
  return {
    claimDue: ({ owner, now, durationMs, limit, domains, gone = [] }) =>
      database.write((sql) => {
        for (const name of domains ?? []) ensureDomain(sql, name)
        const due = sql
          .rows(
            `SELECT name, lease_epoch FROM domain
             WHERE next_due_at <= ? AND (lease_until <= ? OR lease_owner IN (SELECT value FROM json_each(?)))
             ORDER BY next_due_at, name`,
            now,
            now,
            JSON.stringify(gone),
          )
          .filter((row) => domains === undefined || domains.includes(String(row.name)))
          .slice(0, limit)
        return due.map((row): Lease => {
          const lease = {
            domain: String(row.name),
            owner,
            epoch: Number(row.lease_epoch) + 1,
            until: now + durationMs,
          }
          sql.run(
            'UPDATE domain SET lease_owner = ?, lease_epoch = ?, lease_until = ? WHERE name = ?',
            owner,
            lease.epoch,
            lease.until,
            lease.domain,
          )
          return lease
        })
      }),
    holder: (domain) =>
      database.read((sql) => {
        const row = sql.row('SELECT * FROM domain WHERE name = ? AND lease_owner IS NOT NULL', domain)
        if (row === undefined) return undefined
        return {
          domain,
          owner: String(row.lease_owner),
          epoch: Number(row.lease_epoch),
          until: Number(row.lease_until),
        }
      }),
    renew: (lease, { now, durationMs }) =>
      database.write((sql) => {
        const renewed = { ...lease, until: now + durationMs }
        const changes = sql.run(
          'UPDATE domain SET lease_until = ? WHERE name = ? AND lease_owner = ? AND lease_epoch = ? AND lease_until > ?',
          renewed.until,
          lease.domain,
          lease.owner,
          lease.epoch,
          now,
        )
        return changes === 1 ? renewed : undefined
      }),
    release: (lease, nextDueAt) =>
      database.write((sql) => {
        sql.run(
          `UPDATE domain SET lease_owner = NULL, lease_until = 0, next_due_at = coalesce(?, next_due_at)
           WHERE name = ? AND lease_owner = ? AND lease_epoch = ?`,
          nextDueAt ?? null,
          lease.domain,
          lease.owner,
          lease.epoch,
        )
      }),
  }
}
