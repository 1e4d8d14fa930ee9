import { Command } from 'commander'
import { type CommandContext, createCommandContext, type GlobalFlags } from './command-context.ts'
import { addConfigCommand } from './commands/config.ts'
import { addDiffCommand } from './commands/diff.ts'
import { addHistoryCommand } from './commands/history.ts'
import { addIdCommand } from './commands/id.ts'
import { addInitCommand } from './commands/init.ts'
import { addKeysCommand } from './commands/keys.ts'
import { addPublishCommand } from './commands/publish.ts'
import { addRegisterCommand } from './commands/register.ts'
import { addResumeCommand } from './commands/resume.ts'
import { addServeCommand } from './commands/serve.ts'
import { addVerifyCommand } from './commands/verify.ts'
import { EXIT_DONE } from './output/exit-code.ts'
import { createTerminal } from './output/terminal.ts'

/** What a command does; gives its exit code. */
export type CommandHandler<Options> = (context: CommandContext, args: string[], options: Options) => Promise<number>

/** Turns a handler into a commander action. */
export type Action = <Options = object>(handler: CommandHandler<Options>) => (...parts: unknown[]) => Promise<void>

/** Adds one command to the program. */
export type AddCommand = (program: Command, action: Action) => void

const COMMANDS: readonly AddCommand[] = [
  addInitCommand,
  addKeysCommand,
  addRegisterCommand,
  addServeCommand,
  addPublishCommand,
  addResumeCommand,
  addVerifyCommand,
  addHistoryCommand,
  addDiffCommand,
  addIdCommand,
  addConfigCommand,
]

/** The command line, and the exit code of the command that ran. */
export function createProgram(signal: AbortSignal): Command & { exitCode(): number } {
  let exitCode = EXIT_DONE
  const program = new Command('domainsync')
    .description('Keeps a set of web domains honest and alive.')
    .option('--config <file>', 'the configuration (default: domainsync.config.ts)')
    .option('--json', 'one JSON document on stdout', false)
    .option('--yes', 'write to a real chain without asking', false)
    .option('--dry-run', 'say what would be done, do nothing', false)
    .option('--full', 'show identifiers whole', false)
    .option('--quiet', 'no progress', false)
    .showHelpAfterError('Run "domainsync --help" for the commands.')
    .exitOverride()
  const action: Action =
    (handler) =>
    async (...parts) => {
      const command = parts.at(-1) as Command
      const flags = command.optsWithGlobals<GlobalFlags>()
      const context = createCommandContext({ flags, signal, terminal: createTerminal(flags) })
      exitCode = await handler(context, command.args, command.opts() as Parameters<typeof handler>[2])
    }
  for (const add of COMMANDS) add(program, action)
  return Object.assign(program, { exitCode: () => exitCode })
}
