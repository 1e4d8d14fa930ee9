import { CommanderError } from 'commander'
import { EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, exitCodeOf } from './output/exit-code.ts'
import { reportError } from './output/report-error.ts'
import { createTerminal } from './output/terminal.ts'
import { createProgram, usageSentence } from './program.ts'

/** Runs one command line; gives the exit code. Never throws. */
export async function main(args: readonly string[]): Promise<number> {
  if (!process.stdout.listeners('error').includes(ignoreClosedPipe)) process.stdout.on('error', ignoreClosedPipe)
  const interrupt = new AbortController()
  const onSignal = () => interrupt.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  try {
    const program = await createProgram(args, { signal: interrupt.signal })
    await program.parseAsync(args, { from: 'user' })
    return program.exitCode()
  } catch (error) {
    const terminal = createTerminal({ json: args.includes('--json'), quiet: false })
    if (error instanceof CommanderError) {
      // Its message is on stderr already.
      if (error.exitCode === 0) return EXIT_DONE
      terminal.document('error', {
        error: { code: 'USAGE', message: usageSentence(error.message), next: 'domainsync --help' },
      })
      return EXIT_FAILED
    }
    if (interrupt.signal.aborted) {
      terminal.document('error', {
        error: { code: 'INTERRUPTED', message: 'Interrupted.', next: interruptedAdvice(args) },
      })
      process.stderr.write(`Interrupted. ${interruptedAdvice(args)}\n`)
      return EXIT_INTERRUPTED
    }
    reportError(error, terminal)
    return exitCodeOf(error)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal)
  }
}

/** Publishes and rollbacks are in the journal; a change of the registry is one transaction, mined or not. */
function interruptedAdvice(args: readonly string[]): string {
  if (args.some((arg) => arg === 'backup' || arg === 'restore')) return 'Nothing is left of it; begin it again.'
  if (args.includes('follow')) return 'The next run goes on with what is here.'
  return args.some((arg) => arg === 'publish' || arg === 'rollback' || arg === 'resume')
    ? '"domainsync resume" finishes what was begun.'
    : 'What was sent may still be mined; the same command again says what is so by then.'
}

/** Whoever read our output has seen enough (`| head`); what is being done goes on. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
