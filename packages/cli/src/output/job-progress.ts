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
 * Progress of every long job: bytes, files, rate and time left. On a terminal one line that is written over
 * and fits; elsewhere a plain
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
      const parts = partsOf(amount, { elapsedMs: at - startedAt, doneBytes: amount.bytes - startedWith })
      if (terminal.live) terminal.status(fittingLine(doing, { parts, columns: terminal.columns }))
      else terminal.progress(lineOf(doing, Object.values(parts)))
    },
    end() {
      what = ''
      terminal.status(undefined)
    },
  }
}

interface Parts {
  readonly items: string | undefined
  readonly size: string
  readonly rate: string | undefined
  readonly left: string | undefined
}

function partsOf(
  { bytes, totalBytes, items }: JobAmount,
  { elapsedMs, doneBytes }: { elapsedMs: number; doneBytes: number },
): Parts {
  const bytesPerMs = elapsedMs >= RATE_AFTER_MS && doneBytes > 0 ? doneBytes / elapsedMs : undefined
  const left = () => {
    if (bytesPerMs === undefined) return undefined
    if (totalBytes !== undefined) return `${shortDuration(Math.max(0, totalBytes - bytes) / bytesPerMs)} left`
    if (items?.total === undefined || items.done === 0) return undefined
    return `about ${shortDuration((elapsedMs * (items.total - items.done)) / items.done)} left`
  }
  return {
    items: items && `${amountOf(items.done, items.total, (value) => value.toLocaleString('en-US'))} ${items.name}`,
    size: amountOf(bytes, totalBytes, byteCount),
    rate: bytesPerMs === undefined ? undefined : `${byteCount(Math.round(bytesPerMs * 1000))}/s`,
    left: left(),
  }
}

/** The line that a terminal has room for: the time left is what people look for, so it goes last. */
function fittingLine(
  doing: string,
  { parts: { items, size, rate, left }, columns }: { parts: Parts; columns: number },
): string {
  const forms = [[items, size, rate, left], [size, rate, left], [size, left], [left ?? size]]
  const fitting = forms.map((parts) => lineOf(doing, parts)).find((line) => line.length < columns)
  if (fitting !== undefined) return fitting
  const shortest = lineOf('', forms.at(-1)!)
  return lineOf(`${doing.slice(0, Math.max(0, columns - shortest.length - 2)).trimEnd()}…`, forms.at(-1)!)
}

function lineOf(doing: string, parts: readonly (string | undefined)[]): string {
  return `  ${doing} ${parts.filter((part) => part !== undefined).join(', ')}`
}

function amountOf(done: number, total: number | undefined, text: (value: number) => string): string {
  return total === undefined ? text(done) : `${text(done)} of ${text(total)}`
}
