import { createConsoleNotifier, createJsonLinesNotifier } from '@domainsync/healing-agent'
import { createAgentLines } from '../output/agent-lines.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import { shortCids } from '../output/short.ts'
import type { AddCommand } from '../program.ts'
import { openAgent } from '../wiring/open-agent.ts'

const WITH_PUBLISHER =
  "This host also has the publisher's key: a signed release that DNS names is published from here, and so could whoever breaks in."

/** `agent`: the resident, until Ctrl-C. */
export const addAgentCommand: AddCommand = (program, action) => {
  program
    .command('agent')
    .description('watch, repair, roll back; until Ctrl-C')
    .action(
      action(async (context) => {
        const { terminal, signal, flags } = context
        const config = await context.loadConfig()
        const notifier = (flags.json ? createJsonLinesNotifier : createConsoleNotifier)(process.stdout)
        await using agent = await openAgent(config, {
          onEvent: (line) => terminal.progress(line),
          notifiers: [{ notifier, minSeverity: 'info' }],
          signal,
        })
        const linesOf = createAgentLines()
        terminal.progress(`Watching ${Object.keys(config.values.domains).join(', ')}. Ctrl-C ends it.`)
        if (config.values.keys.publisher) terminal.progress(WITH_PUBLISHER)
        await agent.run({
          signal,
          repair: !flags.dryRun,
          onPass: (pass) => {
            for (const line of linesOf(pass)) terminal.progress(flags.full ? line : shortCids(line))
          },
        })
        return EXIT_DONE
      }),
    )
}
