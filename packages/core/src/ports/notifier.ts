import type { CallOptions } from '../call-options.ts'

export type Severity = 'info' | 'warning' | 'critical'

/** One message to a person. */
export interface Notification {
  /** The same key is delivered once. */
  readonly key: string
  readonly severity: Severity
  readonly domain: string | undefined
  readonly title: string
  readonly text: string
}

/** Delivers messages; may be called again with the same key. */
export interface Notifier {
  readonly name: string
  send(notification: Notification, options?: CallOptions): Promise<void>
}
