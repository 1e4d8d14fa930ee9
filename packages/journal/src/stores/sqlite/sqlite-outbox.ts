import type { Notification } from '@domainsync/core'
import type { Outbox } from '../../outbox.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

/** The port `Outbox` on SQLite. */
export function sqliteOutbox(database: SqliteDatabase): Outbox {
  return {
    enqueue: (notification, notifier) =>
      database.write((sql) => {
        sql.run(
          `INSERT INTO outbox (key, notifier, payload, state) VALUES (?, ?, ?, 'pending') ON CONFLICT (key, notifier) DO NOTHING`,
          notification.key,
          notifier,
          JSON.stringify(notification),
        )
      }),
    undelivered: (limit) =>
      database.read((sql) =>
        sql
          .rows(`SELECT notifier, payload FROM outbox WHERE state = 'pending' ORDER BY serial LIMIT ?`, limit)
          .map((row) => ({
            notification: toNotification(String(row.payload)),
            notifier: String(row.notifier),
          })),
      ),
    delivered: (key, notifier) =>
      database.write((sql) => {
        sql.run(`UPDATE outbox SET state = 'delivered' WHERE key = ? AND notifier = ?`, key, notifier)
      }),
  }
}

function toNotification(payload: string): Notification {
  const { domain, ...notification } = JSON.parse(payload) as Notification
  return { ...notification, domain }
}
