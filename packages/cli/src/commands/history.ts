import { DomainSyncError, parseDomainName, utcTime } from '@domainsync/core'
import { readHistory } from '@domainsync/sdk'
import { EXIT_DONE } from '../output/exit-code.ts'
import { shortCid } from '../output/short.ts'
import { table } from '../output/table.ts'
import type { AddCommand } from '../program.ts'
import { openNetwork } from '../wiring/network-chain.ts'
import { rpcNotices } from '../wiring/rpc-notices.ts'

/** `history <domain>`: every release, from the chain alone. */
export const addHistoryCommand: AddCommand = (program, action) => {
  program
    .command('history <domain>')
    .description('releases, newest first')
    .action(
      action(async (context, [text]) => {
        const { terminal, signal, flags } = context
        const domain = parseDomainName(text!)
        const { chain } = await openNetwork(await context.loadConfig(), rpcNotices(terminal.progress))
        if ((await chain.domain(domain, await chain.block('latest', { signal }), { signal })) === undefined) {
          throw new DomainSyncError('NOT_REGISTERED', `${domain} is not in the registry.`, {
            next: `domainsync register ${domain}`,
            retryable: false,
          })
        }
        const history = await readHistory(chain, domain, { signal })
        const short = flags.full ? (value: string) => value : shortCid
        const rows = history.releases.map((release) => [
          String(release.number),
          short(release.root.toString()),
          utcTime(release.publishedAt),
          [
            release.live && 'live',
            !release.stable && 'quarantined',
            release.kept && 'kept',
            !release.held && 'no longer on chain',
          ]
            .filter(Boolean)
            .join(', '),
        ])
        if (rows.length === 0) terminal.print(`${domain} has no release yet.`)
        else for (const line of table([['RELEASE', 'ROOT', 'PUBLISHED', ''], ...rows])) terminal.print(line)
        for (const { from, to, at } of history.rollbacks) {
          terminal.print(`rolled back ${from} → ${to}  ${new Date(at).toISOString()}`)
        }
        for (const { root, at } of history.failures) {
          terminal.print(`failed attempt ${short(root.toString())}  ${new Date(at).toISOString()}`)
        }
        terminal.document('history', {
          domain,
          releases: history.releases.map((release) => ({ ...release, root: release.root.toString() })),
          rollbacks: history.rollbacks,
          failures: history.failures.map((failure) => ({ ...failure, root: failure.root.toString() })),
        })
        return EXIT_DONE
      }),
    )
}
