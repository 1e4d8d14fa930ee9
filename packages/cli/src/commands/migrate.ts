import { DomainSyncError } from '@domainsync/core'
import { type Migration, migrateRoot, type WantedRoot, wantedRoots } from '@domainsync/publisher'
import { CID } from 'multiformats/cid'
import { EXIT_DONE, EXIT_INCOMPLETE } from '../output/exit-code.ts'
import { publishProgress } from '../output/publish-progress.ts'
import { shortCid } from '../output/short.ts'
import { table } from '../output/table.ts'
import type { AddCommand } from '../program.ts'
import { openPublisherPorts } from '../wiring/open-publisher.ts'
import { openProviderSource } from '../wiring/replicas.ts'

type Wanted = Partial<WantedRoot> & Pick<WantedRoot, 'root'>
type Moved = Migration & { readonly domain?: string | undefined; readonly release?: number | undefined }

/** `migrate <provider> [root…]`: has the others hold what a provider holds, and says what is gone. */
export const addMigrateCommand: AddCommand = (program, action) => {
  program
    .command('migrate <provider> [root...]')
    .description('move releases, or these roots, off a provider that is left')
    .action(
      action(async ({ terminal, signal, flags, loadConfig }, [provider, ...texts]) => {
        const config = await loadConfig()
        const from = await openProviderSource(provider!, config)
        await using ports = await openPublisherPorts(config)
        const roots: Wanted[] = texts.map((text) => ({ root: parseRoot(text) }))
        if (roots.length === 0) {
          for (const domain of ports.domains.keys()) roots.push(...(await wantedRoots(domain, { ...ports, signal })))
        }
        const replicas = ports.replicas.filter(({ name }) => name !== provider)
        const moving = { from, elsewhere: ports.reader, replicas, replication: ports.replication, blocks: ports.blocks }
        const { onTransfer } = publishProgress(terminal)
        const results: Moved[] = []
        for (const { root, domain, release } of roots) {
          const moved = await migrateRoot(root, { ...moving, dryRun: flags.dryRun, onTransfer, signal })
          results.push({ domain, release, ...moved })
        }
        const short = flags.full ? (value: string) => value : shortCid
        // A dry run has fetched it whole: what is short can be had.
        const isMovable = (outcome: Migration['outcome']) => flags.dryRun && outcome === 'short'
        const rows = results.map(({ root, domain = '', release, outcome, holders, code = '' }) => [
          short(root),
          domain,
          release === undefined ? '' : `${release}`,
          isMovable(outcome) ? 'would be moved' : outcome,
          [holders.join(', '), isMovable(outcome) ? '' : code].filter(Boolean).join(' '),
        ])
        if (rows.length === 0) terminal.print('There is no release to move.')
        else
          for (const line of table([['ROOT', 'DOMAIN', 'RELEASE', 'OUTCOME', 'HELD BY'], ...rows])) terminal.print(line)
        for (const { root, message } of results) if (message) terminal.print(`${short(root)}: ${message}`)
        const left = results.filter(({ outcome }) => outcome !== 'held' && outcome !== 'moved')
        if (left.length === 0 && rows.length > 0) {
          terminal.print(`Nothing here needs ${provider} any more; take it out of the configuration.`)
        }
        const movable = left.filter(({ outcome }) => isMovable(outcome)).length
        if (movable > 0) {
          terminal.print(`Would move ${movable} of ${rows.length}; without --dry-run it does. Nothing was changed.`)
        }
        terminal.document('migrate', { provider, outcome: flags.dryRun ? 'planned' : 'migrated', roots: results })
        return left.length === 0 ? EXIT_DONE : EXIT_INCOMPLETE
      }),
    )
}

function parseRoot(text: string): CID {
  try {
    return CID.parse(text)
  } catch {
    throw new DomainSyncError('CID_INVALID', `"${text}" is not a CID; one begins with bafy….`, { retryable: false })
  }
}
