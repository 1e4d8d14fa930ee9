import picocolors from 'picocolors'
import { visible } from './visible.ts'

/** Where a command writes: results on stdout, progress on stderr. */
export interface Terminal {
  /** A line of the result. Silent under `--json`, where {@link Terminal.document} is the result. */
  print(line: string): void
  /** The one JSON document of a `--json` run; ignored otherwise. */
  document(schema: string, body: Record<string, unknown>): void
  /** A line of progress. Silent under `--quiet`. */
  progress(line: string): void
  /** Stderr is a terminal, where a line can be written over. */
  readonly live: boolean
  /** Width of that line, in characters. */
  readonly columns: number
  /** The one line below all others that is written over; `undefined` takes it away. Nothing where it is not {@link Terminal.live}. */
  status(line: string | undefined): void
  readonly colors: ReturnType<typeof picocolors.createColors>
  readonly json: boolean
  /** A person can be asked. */
  readonly interactive: boolean
}

export interface TerminalOptions {
  readonly json: boolean
  readonly quiet: boolean
}

/** Goes to the line's begin and empties it. */
const EMPTY_LINE = '\r\u001b[2K'
const DEFAULT_COLUMNS = 80
/** There is one stderr, whoever writes to it: a line below all others is on it. */
let hasStatus = false

/** The terminal of this process. Colours follow `NO_COLOR` and whether stdout is a terminal. */
export function createTerminal({ json, quiet }: TerminalOptions): Terminal {
  const live = process.stderr.isTTY === true && !quiet && process.env.TERM !== 'dumb'
  const columns = () => process.stderr.columns || DEFAULT_COLUMNS
  const status = (line: string | undefined) => {
    if (!live) return
    if (hasStatus) process.stderr.write(EMPTY_LINE)
    hasStatus = line !== undefined
    // A longer one would wrap, and only its last row would be written over.
    if (line !== undefined) process.stderr.write(visible(line).slice(0, columns() - 1))
  }
  return {
    json,
    live,
    get columns() {
      return columns()
    },
    status,
    interactive: Boolean(process.stdin.isTTY && process.stderr.isTTY) && !json,
    colors: picocolors.createColors(picocolors.isColorSupported && process.stdout.isTTY === true),
    print: (line) => {
      status(undefined)
      if (!json) process.stdout.write(`${visible(line)}\n`)
    },
    document: (schema, body) => {
      status(undefined)
      if (json) process.stdout.write(`${JSON.stringify({ schema: `domainsync.${schema}/1`, ...body }, jsonValue)}\n`)
    },
    progress: (line) => {
      status(undefined)
      if (!quiet) process.stderr.write(`${visible(line)}\n`)
    },
  }
}

/** Amounts in wei do not fit a JSON number: they are written as decimal texts. */
function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
