import { createRequire } from 'node:module'
import { Command } from 'commander'
import { type CommandContext, createCommandContext, type GlobalFlags } from './command-context.ts'
import { EXIT_DONE } from './output/exit-code.ts'
import { createTerminal } from './output/terminal.ts'

/** What a command does; gives its exit code. */
export type CommandHandler<Options> = (context: CommandContext, args: string[], options: Options) => Promise<number>

/** Turns a handler into a commander action. */
export type Action = <Options = object>(handler: CommandHandler<Options>) => (...parts: unknown[]) => Promise<void>

/** Adds one command to the program. */
export type AddCommand = (program: Command, action: Action) => void

const VERSION: string = createRequire(import.meta.url)('../package.json').version

/** Every command by its first word, in the order of the help. Only the one that runs is loaded: most need no chain. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  init: async () => (await import('./commands/init.ts')).addInitCommand,
  keys: async () => (await import('./commands/keys.ts')).addKeysCommand,
  register: async () => (await import('./commands/register.ts')).addRegisterCommand,
  serve: async () => (await import('./commands/serve.ts')).addServeCommand,
  publish: async () => (await import('./commands/publish.ts')).addPublishCommand,
  resume: async () => (await import('./commands/resume.ts')).addResumeCommand,
  rollback: async () => (await import('./commands/rollback.ts')).addRollbackCommand,
  status: async () => (await import('./commands/check.ts')).addStatusCommand,
  plan: async () => (await import('./commands/check.ts')).addPlanCommand,
  check: async () => (await import('./commands/check.ts')).addCheckCommand,
  heal: async () => (await import('./commands/check.ts')).addHealCommand,
  approve: async () => (await import('./commands/approve.ts')).addApproveCommand,
  agent: async () => (await import('./commands/agent.ts')).addAgentCommand,
  verify: async () => (await import('./commands/verify.ts')).addVerifyCommand,
  history: async () => (await import('./commands/history.ts')).addHistoryCommand,
  diff: async () => (await import('./commands/diff.ts')).addDiffCommand,
  id: async () => (await import('./commands/id.ts')).addIdCommand,
  config: async () => (await import('./commands/config.ts')).addConfigCommand,
}

/** The command line for these arguments, and the exit code of the command that ran. */
export async function createProgram(
  args: readonly string[],
  { signal }: { signal: AbortSignal },
): Promise<Command & { exitCode(): number }> {
  let exitCode = EXIT_DONE
  const program = new Command('domainsync')
    .description('Keeps a set of web domains honest and alive.')
    .version(VERSION)
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
  const named = args.filter((arg) => Object.hasOwn(COMMANDS, arg)).slice(0, 1)
  const wanted = named.length > 0 && !args.includes('--help') ? named : Object.keys(COMMANDS)
  for (const name of wanted) (await COMMANDS[name]!())(program, action)
  return Object.assign(program, { exitCode: () => exitCode })
}
