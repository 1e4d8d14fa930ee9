import { EXIT_DONE, EXIT_INCOMPLETE } from '../output/exit-code.ts'
import { publishProgress } from '../output/publish-progress.ts'
import type { AddCommand } from '../program.ts'
import { openPublisher } from '../wiring/open-publisher.ts'
import { showResult } from './publish.ts'

/** `resume [domain]`: finishes interrupted runs. */
export const addResumeCommand: AddCommand = (program, action) => {
  program
    .command('resume [domain]')
    .description('finish interrupted publishes')
    .action(
      action(async (context, [domain]) => {
        const { terminal, signal, flags } = context
        await using publisher = await openPublisher(await context.loadConfig())
        if (flags.dryRun) {
          const waiting = await publisher.unfinished(domain)
          for (const { domain: name, kind, id } of waiting)
            terminal.print(`Would go on with a ${kind} of ${name} (run ${id}).`)
          if (waiting.length === 0) terminal.print('Nothing was interrupted.')
          terminal.document('resume', {
            outcome: 'planned',
            runs: waiting.map(({ id, kind, domain: name }) => ({ id, kind, domain: name })),
          })
          return EXIT_DONE
        }
        const results = await publisher.resume(domain, { signal, onProgress: publishProgress(terminal) })
        if (results.length === 0) terminal.print('Nothing was interrupted.')
        for (const result of results)
          showResult(result, { terminal: { ...terminal, document: () => {} }, full: flags.full })
        terminal.document('resume', { results })
        return results.some(({ incomplete }) => incomplete.length > 0) ? EXIT_INCOMPLETE : EXIT_DONE
      }),
    )
}
