import type { Notification } from '@domainsync/core'

/** A message that waits for one notifier. */
export interface OutboxEntry {
  readonly notification: Notification
  /** The notifier's name. */
  readonly notifier: string
}

/** Messages to people, stored with the finding that caused them and delivered afterwards. */
export interface Outbox {
  /** Once per key and notifier; the first text stays. */
  enqueue(notification: Notification, notifier: string): Promise<void>
  /** Oldest first. */
  undelivered(limit: number): Promise<readonly OutboxEntry[]>
  delivered(key: string, notifier: string): Promise<void>
}
