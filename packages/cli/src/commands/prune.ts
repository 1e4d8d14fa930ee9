import { parseDomainName } from '@domainsync/core'
import { prune } from '@domainsync/publisher'
import { EXIT_DONE, EXIT_INCOMPLETE } from '../output/exit-code.ts'
import { shortCid } from '../output/short.ts'
import type { AddCommand } from '../program.ts'
import { openPublisherPorts } from '../wiring/open-publisher.ts'

/** `prune [domain]`: has providers let go of what nobody can go back to. */
export const addPruneCommand: AddCommand = (program, action) => {
  program
    .command('prune [domain]')
    .description('unpin releases that nobody can go back to')
    .action(
      action(async ({ terminal, signal, flags, loadConfig }, [text]) => {
        const config = await loadConfig()
        const domain = text === undefined ? undefined : parseDomainName(text)
        const { dryRun } = flags
        await using ports = await openPublisherPorts(config)
        const pruned = await prune(ports, { domain, dryRun, signal })
        const { freedBytes } = dryRun ? { freedBytes: 0 } : await ports.blocks.compact({ signal })
        const short = flags.full ? (value: string) => value : shortCid
        for (const { domain: name, root, release, keptBy, removedFrom, failed } of pruned) {
          const what = release === undefined ? 'a publish that failed' : `release ${release}`
          const parts = [
            removedFrom.length > 0 && `${dryRun ? 'would leave' : 'left'} ${removedFrom.join(', ')}`,
            keptBy !== undefined && `stays with ${keptBy}`,
            ...failed.map(({ provider, code }) => `${provider} ${code}`),
          ]
          terminal.print(`${name}  ${what} ${short(root)}: ${parts.filter(Boolean).join('; ')}`)
        }
        if (pruned.length === 0) terminal.print('Nothing is kept that nobody can go back to.')
        if (freedBytes > 0) terminal.print(`Freed ${Math.round(freedBytes / 1e6)} MB here.`)
        terminal.document('prune', { outcome: dryRun ? 'planned' : 'pruned', roots: pruned, freedBytes })
        return pruned.some(({ failed }) => failed.length > 0) ? EXIT_INCOMPLETE : EXIT_DONE
      }),
    )
}
