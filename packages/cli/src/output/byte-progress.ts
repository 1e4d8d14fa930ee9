import type { Terminal } from './terminal.ts'

/** Pause between two lines of progress, in milliseconds. */
const EVERY_MS = 1_000

/** `1.50 GB` */
export function byteCount(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** power).toPrecision(3)} ${units[power]}`
}

/** Says at most once a second how far something is, and how fast: `writing 1.50 GB, 610 MB/s`. */
export function byteProgress(terminal: Terminal, now: () => number = performance.now.bind(performance)) {
  let what = ''
  let startedAt = 0
  let saidAt = 0
  return (doing: string, bytes: number, total?: number): void => {
    if (doing !== what) {
      what = doing
      startedAt = saidAt = now()
    }
    const at = now()
    if (at - saidAt < EVERY_MS) return
    saidAt = at
    const rate = byteCount(Math.round((bytes * 1000) / (at - startedAt)))
    const share = total === undefined ? '' : ` of ${byteCount(total)}`
    terminal.progress(`  ${doing} ${byteCount(bytes)}${share}, ${rate}/s`)
  }
}
