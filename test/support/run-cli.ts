import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { main } from '../../packages/cli/dist/main.js'

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
  /** Gives it a process of its own: how long it takes to start, or that others run, is the point. */
  readonly ownProcess?: boolean
  /** Interrupts the command (as Ctrl-C does) once its progress shows this. */
  readonly interruptAt?: RegExp
  /** Called with each line of its progress. */
  readonly onLine?: (line: string) => void
}

const documentOf = (stdout: string): CliEnd['json'] => {
  const documents = stdout.trim().split('\n')
  if (documents.length !== 1) throw new Error(`not one JSON document but ${documents.length} lines:\n${stdout}`)
  return JSON.parse(documents[0] as string)
}

/**
 * Runs `domainsync <args> --json` to its end: in this process, which has loaded the command already, what takes most of the
 * time otherwise. With `CLI_PROCESSES` in the environment every command gets a process of its own.
 */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliEnd> {
  const { config, ownProcess = process.env.CLI_PROCESSES !== undefined, interruptAt } = options
  const all = [...args, '--json', ...(config === undefined ? [] : ['--config', config])]
  const run = ownProcess || interruptAt ? runProcess : runHere
  const { code, stdout, stderr } = await run(all, options)
  return { code, json: documentOf(stdout), stdout, stderr }
}

type Output = Omit<CliEnd, 'json'>

async function runProcess(args: readonly string[], { cwd, interruptAt, onLine }: CliOptions): Promise<Output> {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  createInterface({ input: child.stderr }).on('line', (line) => {
    stderr += `${line}\n`
    onLine?.(line)
    if (interruptAt?.test(line)) child.kill('SIGINT')
  })
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { code: code as number | null, stdout, stderr }
}

let underWay = false

async function runHere(args: readonly string[], { cwd, onLine }: CliOptions): Promise<Output> {
  if (underWay) throw new Error('Two commands cannot write to one stdout: give them processes of their own')
  underWay = true
  const before = { folder: process.cwd(), umask: process.umask() }
  const write = { stdout: process.stdout.write, stderr: process.stderr.write }
  const written = { stdout: '', stderr: '' }
  const record = (name: keyof typeof written) => (chunk: string | Uint8Array) => {
    const part = Buffer.from(chunk as string).toString()
    written[name] += part
    if (name === 'stderr') for (const line of part.trimEnd().split('\n')) onLine?.(line)
    return true
  }
  try {
    if (cwd !== undefined) process.chdir(cwd)
    process.stdout.write = record('stdout')
    process.stderr.write = record('stderr')
    return { code: await main(args), ...written }
  } finally {
    process.stdout.write = write.stdout
    process.stderr.write = write.stderr
    process.chdir(before.folder)
    process.umask(before.umask)
    underWay = false
  }
}
