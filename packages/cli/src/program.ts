import { createRequire } from 'node:module'
import { Command } from 'commander'
import { type CommandContext, createCommandContext, type GlobalFlags } from './command-context.ts'
import { COMMAND_HELP, type CommandHelp, helpText, PROGRAM_HELP } from './command-help.ts'
import { EXIT_DONE } from './output/exit-code.ts'
import { createTerminal } from './output/terminal.ts'

/** What a command does; gives its exit code. */
export type CommandHandler<Options> = (context: CommandContext, args: string[], options: Options) => Promise<number>

/** Turns a handler into a commander action. */
export type Action = <Options = object>(handler: CommandHandler<Options>) => (...parts: unknown[]) => Promise<void>

/** Adds one command to the program. */
export type AddCommand = (program: Command, action: Action) => void

const VERSION: string = createRequire(import.meta.url)('domainsync/package.json').version

/** Every command by its first word. Only the one that runs is loaded: most need no chain. */
const COMMANDS: Readonly<Record<keyof typeof COMMAND_HELP, () => Promise<AddCommand>>> = {
  init: async () => (await import('./commands/init.ts')).addInitCommand,
  keys: async () => (await import('./commands/keys.ts')).addKeysCommand,
  register: async () => (await import('./commands/register.ts')).addRegisterCommand,
  serve: async () => (await import('./commands/serve.ts')).addServeCommand,
  follow: async () => (await import('./commands/follow.ts')).addFollowCommand,
  publish: async () => (await import('./commands/publish.ts')).addPublishCommand,
  sign: async () => (await import('./commands/sign.ts')).addSignCommand,
  resume: async () => (await import('./commands/resume.ts')).addResumeCommand,
  rollback: async () => (await import('./commands/rollback.ts')).addRollbackCommand,
  status: async () => (await import('./commands/check.ts')).addStatusCommand,
  plan: async () => (await import('./commands/check.ts')).addPlanCommand,
  check: async () => (await import('./commands/check.ts')).addCheckCommand,
  heal: async () => (await import('./commands/check.ts')).addHealCommand,
  migrate: async () => (await import('./commands/migrate.ts')).addMigrateCommand,
  prune: async () => (await import('./commands/prune.ts')).addPruneCommand,
  approve: async () => (await import('./commands/approve.ts')).addApproveCommand,
  agent: async () => (await import('./commands/agent.ts')).addAgentCommand,
  backup: async () => (await import('./commands/backup.ts')).addBackupCommand,
  restore: async () => (await import('./commands/restore.ts')).addRestoreCommand,
  pause: async () => (await import('./commands/lanes.ts')).addPauseCommand,
  unpause: async () => (await import('./commands/lanes.ts')).addUnpauseCommand,
  quarantine: async () => (await import('./commands/releases.ts')).addQuarantineCommand,
  reinstate: async () => (await import('./commands/releases.ts')).addReinstateCommand,
  keep: async () => (await import('./commands/releases.ts')).addKeepCommand,
  roles: async () => (await import('./commands/roles.ts')).addRolesCommand,
  trust: async () => (await import('./commands/trust.ts')).addTrustCommand,
  attest: async () => (await import('./commands/attest.ts')).addAttestCommand,
  reclaim: async () => (await import('./commands/reclaim.ts')).addReclaimCommand,
  feed: async () => (await import('./commands/feed.ts')).addFeedCommand,
  verify: async () => (await import('./commands/verify.ts')).addVerifyCommand,
  history: async () => (await import('./commands/history.ts')).addHistoryCommand,
  diff: async () => (await import('./commands/diff.ts')).addDiffCommand,
  id: async () => (await import('./commands/id.ts')).addIdCommand,
  config: async () => (await import('./commands/config.ts')).addConfigCommand,
}

const NAMES = Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]
const NO_FLAGS = { json: false, yes: false, dryRun: false, full: false, quiet: false }
const HELP_WIDTH = 110

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
    .option('--json', 'one JSON document on stdout')
    .option('--yes', 'write to a real chain without asking')
    .option('--dry-run', 'say what would be done, do nothing')
    .option('--full', 'show identifiers whole')
    .option('--quiet', 'no progress')
    .helpOption('-h, --help', 'this help')
    .commandsGroup('More:')
    .helpCommand('help [command]', 'one command, its options and exit codes')
    .configureHelp({ showGlobalOptions: true, helpWidth: HELP_WIDTH })
    .addHelpText('after', PROGRAM_HELP)
    .configureOutput({ outputError: (text, write) => write(`USAGE ${usageSentence(text)}\n`) })
    .showHelpAfterError('Run "domainsync --help" for the commands.')
    .exitOverride()
  const action: Action =
    (handler) =>
    async (...parts) => {
      const command = parts.at(-1) as Command
      // With those of the commands above it, which take an option wherever it stands.
      const options = command.optsWithGlobals()
      const flags: GlobalFlags = { ...NO_FLAGS, ...options }
      const context = createCommandContext({ flags, signal, terminal: createTerminal(flags) })
      exitCode = await handler(context, command.args, options as Parameters<typeof handler>[2])
    }
  const name = firstWord(args)
  for (const wanted of name === undefined ? NAMES : [name]) {
    const before = program.commands.length
    const add = await COMMANDS[wanted]()
    add(program, action)
    for (const command of program.commands.slice(before)) describe(command, COMMAND_HELP[wanted])
  }
  return Object.assign(program, { exitCode: () => exitCode })
}

/** Its place in the list, and the end of its help; the same for what is below it. */
function describe(command: Command, help: CommandHelp): void {
  command.helpGroup(help.group)
  addEnd(command, helpText(help))
}

function addEnd(command: Command, text: string): void {
  command.addHelpText('after', text)
  for (const below of command.commands) addEnd(below, text)
}

/** The command that is called; `undefined` when that is none, and all are wanted for the list or a suggestion. */
function firstWord(args: readonly string[]): keyof typeof COMMANDS | undefined {
  const words = args.filter((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--config')
  const [word] = words[0] === 'help' ? words.slice(1) : words
  return NAMES.find((name) => name === word)
}

/** What commander says of a command line, as one sentence: `unknown command 'publsh' (Did you mean publish?)` */
export function usageSentence(message: string): string {
  return message
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ')
}
