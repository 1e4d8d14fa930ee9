import type { Notification, Notifier, Severity } from '@domainsync/core'
import type { Outbox } from '@domainsync/journal'

/** A notifier and the least severe message it gets. */
export interface NotifierRoute {
  readonly notifier: Notifier
  readonly minSeverity: Severity
}

const RANK: Record<Severity, number> = { info: 0, warning: 1, critical: 2 }
/** Messages delivered in one go. */
const BATCH = 100

/** Puts a message into the outbox of every notifier that wants its severity; nothing is lost when delivery fails. */
export async function enqueue(
  notification: Notification,
  outbox: Outbox,
  routes: readonly NotifierRoute[],
): Promise<void> {
  for (const { notifier, minSeverity } of routes) {
    if (RANK[notification.severity] >= RANK[minSeverity]) await outbox.enqueue(notification, notifier.name)
  }
}

/** Delivers what waits. One failing notifier does not hold up the others; its messages stay. Failures are returned. */
export async function deliver(
  outbox: Outbox,
  routes: readonly NotifierRoute[],
  { signal }: { signal: AbortSignal },
): Promise<{ readonly notifier: string; readonly error: unknown }[]> {
  const failures = new Map<string, unknown>()
  for (const { notification, notifier } of await outbox.undelivered(BATCH)) {
    const route = routes.find((one) => one.notifier.name === notifier)
    if (route === undefined || failures.has(notifier)) continue
    try {
      await route.notifier.send(notification, { signal })
      await outbox.delivered(notification.key, notifier)
    } catch (error) {
      signal.throwIfAborted()
      failures.set(notifier, error)
    }
  }
  return [...failures].map(([notifier, error]) => ({ notifier, error }))
}
