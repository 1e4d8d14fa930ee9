import type { Notification, Notifier } from '@domainsync/core'

/** Where lines go: a stream of the process, a file. */
export interface LineSink {
  write(text: string): unknown
}

/** One line of JSON per message, with the time, for logs and pipes. */
export function createJsonLinesNotifier(
  sink: LineSink,
  { name = 'log', now = Date.now }: { name?: string; now?: () => number } = {},
): Notifier {
  return {
    name,
    send: async (notification) => {
      sink.write(`${JSON.stringify({ time: new Date(now()).toISOString(), ...notification })}\n`)
    },
  }
}

/** One line a message, with the time in UTC, for a person at a terminal. */
export function createConsoleNotifier(
  sink: LineSink,
  { name = 'console', now = Date.now }: { name?: string; now?: () => number } = {},
): Notifier {
  return {
    name,
    send: async ({ severity, title, text }: Notification) => {
      const time = new Date(now()).toISOString().slice(11, 19)
      sink.write(`${time}Z ${severity.toUpperCase().padEnd(8)} ${title}  ${text}\n`)
    },
  }
}
