import { callSignal, DomainSyncError, type Notifier } from '@domainsync/core'

/** Time allowed for one message, in milliseconds. */
export const WEBHOOK_TIMEOUT_MS = 10_000

export interface WebhookOptions {
  readonly name: string
  /** May hold a token: it never stands in an error. */
  readonly url: string
  readonly fetch?: typeof globalThis.fetch
}

/**
 * Posts each message as JSON (`key`, `severity`, `domain`, `title`, `text`); the key is also the `Idempotency-Key`, so that
 * a receiver can drop a repeated one.
 *
 * @throws DomainSyncError `WEBHOOK_REFUSED` for any status but 2xx, `WEBHOOK_UNREACHABLE` without an answer.
 */
export function createWebhookNotifier({ name, url, fetch = globalThis.fetch }: WebhookOptions): Notifier {
  return {
    name,
    async send(notification, options = {}) {
      const signal = callSignal(options, WEBHOOK_TIMEOUT_MS)
      let response: Response
      try {
        response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': encodeURIComponent(notification.key) },
          body: JSON.stringify(notification),
          signal,
        })
        await response.arrayBuffer()
      } catch {
        // Without the cause: its text may hold the URL, and the URL a token.
        options.signal?.throwIfAborted()
        throw new DomainSyncError(
          'WEBHOOK_UNREACHABLE',
          `The webhook "${name}" did not answer; the message stays in the outbox.`,
        )
      }
      if (response.ok) return
      throw new DomainSyncError(
        'WEBHOOK_REFUSED',
        `The webhook "${name}" answered ${response.status}; the message stays in the outbox.`,
      )
    },
  }
}
