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
  readonly colors: ReturnType<typeof picocolors.createColors>
  readonly json: boolean
  /** A person can be asked. */
  readonly interactive: boolean
}

export interface TerminalOptions {
  readonly json: boolean
  readonly quiet: boolean
}

/** The terminal of this process. Colours follow `NO_COLOR` and whether stdout is a terminal. */
export function createTerminal({ json, quiet }: TerminalOptions): Terminal {
  return {
    json,
    interactive: Boolean(process.stdin.isTTY && process.stderr.isTTY) && !json,
    colors: picocolors.createColors(picocolors.isColorSupported && process.stdout.isTTY === true),
    print: (line) => {
      if (!json) process.stdout.write(`${visible(line)}\n`)
    },
    document: (schema, body) => {
      if (json) process.stdout.write(`${JSON.stringify({ schema: `domainsync.${schema}/1`, ...body }, jsonValue)}\n`)
    },
    progress: (line) => {
      if (!quiet) process.stderr.write(`${visible(line)}\n`)
    },
  }
}

/** Amounts in wei do not fit a JSON number: they are written as decimal texts. */
function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
