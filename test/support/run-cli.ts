import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/domainsync.js', import.meta.url))

/** How a command ended. */
export interface CliEnd {
  readonly code: number | null
  /** The one JSON document on stdout. */
  readonly json: { readonly schema: string; readonly [key: string]: unknown }
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  /** The configuration's file. */
  readonly config?: string
  readonly cwd?: string
  /** Interrupts the command (as Ctrl-C does) once its progress shows this. */
  readonly interruptAt?: RegExp
  /** Called with each line of its progress. */
  readonly onLine?: (line: string) => void
}

/** Runs `domainsync <args> --json` as a process of its own, to its end. */
export async function runCli(
  args: readonly string[],
  { config, cwd, interruptAt, onLine }: CliOptions = {},
): Promise<CliEnd> {
  const all = [COMMAND, ...args, '--json', ...(config === undefined ? [] : ['--config', config])]
  const child = spawn(process.execPath, all, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let progress = ''
  createInterface({ input: child.stderr }).on('line', (line) => {
    progress += `${line}\n`
    onLine?.(line)
    if (interruptAt?.test(line)) child.kill('SIGINT')
  })
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  const documents = stdout.trim().split('\n')
  if (documents.length !== 1) throw new Error(`not one JSON document but ${documents.length} lines:\n${stdout}`)
  return { code: code as number | null, json: JSON.parse(stdout), stdout, stderr: progress }
}
