import { byteCount } from './byte-count.ts'
import { shortDuration } from './short.ts'
import type { Terminal } from './terminal.ts'

/** Pause between two looks of one line that is written over, in milliseconds. */
const LIVE_EVERY_MS = 200
/** Pause between two lines elsewhere (a log), in milliseconds. */
const LINE_EVERY_MS = 5_000
/** Before so much time nothing can be said of how fast it goes, in milliseconds. */
const RATE_AFTER_MS = 1_000

/** How far a job is. */
export interface JobAmount {
  readonly bytes: number
  readonly totalBytes?: number | undefined
  /** What else is counted: files, releases. */
  readonly items?: { readonly name: string; readonly done: number; readonly total?: number } | undefined
}

/** Shows how far long jobs are. */
export interface JobProgress {
  /** What is being done, and how much of it is done; called as often as one likes. */
  at(doing: string, amount: JobAmount): void
  /** Nothing is under way any more: takes away the line that is written over. */
  end(): void
}

/**
 * Progress of every long job: bytes, files, rate and time left. On a terminal one line that is written over; elsewhere a plain
 * line every few seconds, so that a short job says nothing.
 */
export function jobProgress(terminal: Terminal, now: () => number = performance.now.bind(performance)): JobProgress {
  const everyMs = terminal.live ? LIVE_EVERY_MS : LINE_EVERY_MS
  let what = ''
  let startedAt = 0
  let startedWith = 0
  let saidAt = 0
  return {
    at(doing, amount) {
      const at = now()
      // Less than before: another job of the same name.
      if (doing !== what || amount.bytes < startedWith) {
        what = doing
        startedAt = saidAt = at
        startedWith = amount.bytes
      }
      if (at - saidAt < everyMs) return
      saidAt = at
      const line = `  ${doing} ${amountText(amount, { elapsedMs: at - startedAt, doneBytes: amount.bytes - startedWith })}`
      if (terminal.live) terminal.status(line)
      else terminal.progress(line)
    },
    end() {
      what = ''
      terminal.status(undefined)
    },
  }
}

function amountText(
  { bytes, totalBytes, items }: JobAmount,
  { elapsedMs, doneBytes }: { elapsedMs: number; doneBytes: number },
): string {
  const parts = []
  if (items !== undefined) {
    const { name, done, total } = items
    parts.push(`${count(done)}${total === undefined ? '' : ` of ${count(total)}`} ${name}`)
  }
  parts.push(`${byteCount(bytes)}${totalBytes === undefined ? '' : ` of ${byteCount(totalBytes)}`}`)
  if (elapsedMs >= RATE_AFTER_MS && doneBytes > 0) {
    const bytesPerMs = doneBytes / elapsedMs
    parts.push(`${byteCount(Math.round(bytesPerMs * 1000))}/s`)
    if (totalBytes !== undefined) parts.push(`${shortDuration(Math.max(0, totalBytes - bytes) / bytesPerMs)} left`)
    else if (items?.total !== undefined && items.done > 0) {
      parts.push(`about ${shortDuration((elapsedMs * (items.total - items.done)) / items.done)} left`)
    }
  }
  return parts.join(', ')
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
