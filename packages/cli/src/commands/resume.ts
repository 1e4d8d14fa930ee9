import { finishRollbacks, isByHand } from '@domainsync/healing-agent'
import { openSqliteStore } from '@domainsync/journal'
import { ConfigError } from '../config/config-error.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { EXIT_DONE, EXIT_INCOMPLETE } from '../output/exit-code.ts'
import { publishProgress } from '../output/publish-progress.ts'
import { showResult } from '../output/show-publish.ts'
import type { Terminal } from '../output/terminal.ts'
import type { AddCommand } from '../program.ts'
import { openPublisher } from '../wiring/open-publisher.ts'
import { openRollbackPorts } from '../wiring/rollback-ports.ts'
import { stateFolder } from '../wiring/state-folder.ts'

/** `resume [domain]`: finishes interrupted runs. */
export const addResumeCommand: AddCommand = (program, action) => {
  program
    .command('resume [domain]')
    .description('finish interrupted publishes and rollbacks')
    .action(
      action(async (context, [domain]) => {
        const { terminal, signal, flags } = context
        const config = await context.loadConfig()
        if (domain !== undefined && !config.values.domains[domain]) {
          throw new ConfigError('CONFIG_INVALID', `domains."${domain}" is missing in the configuration.`)
        }
        const rolledBack = flags.dryRun ? [] : await finishEveryRollback(config, { domain, signal, terminal })
        await using publisher = await openPublisher(config)
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
        const results = await publisher.resume(domain, { signal, ...publishProgress(terminal) })
        if (results.length + rolledBack.length === 0) terminal.print('Nothing was interrupted.')
        for (const result of results)
          showResult(result, { terminal: { ...terminal, document: () => {} }, full: flags.full })
        terminal.document('resume', { results, rolledBack })
        return results.some(({ incomplete }) => incomplete.length > 0) ? EXIT_INCOMPLETE : EXIT_DONE
      }),
    )
}

/** Rollbacks first: where readers are sent comes before what is new. */
async function finishEveryRollback(
  config: LoadedConfig,
  { domain, signal, terminal }: { domain: string | undefined; signal: AbortSignal; terminal: Terminal },
): Promise<string[]> {
  // A host that only publishes need not have the keys for this.
  if (!(await hasRollback(config, domain))) return []
  const { ports, domains } = await openRollbackPorts(config, { onEvent: (line) => terminal.progress(line) })
  await using _ = ports.store
  const roots: string[] = []
  for (const one of domains.filter(({ name }) => domain === undefined || name === domain)) {
    const finished = await finishRollbacks(one, { ports, signal })
    for (const root of finished) terminal.print(`Finished the rollback of ${one.name}: ${root} is live.`)
    roots.push(...finished)
  }
  return roots
}

async function hasRollback(config: LoadedConfig, domain: string | undefined): Promise<boolean> {
  await using store = await openSqliteStore(stateFolder(config).journal)
  return (await store.journal.running(domain)).some(isByHand)
}
