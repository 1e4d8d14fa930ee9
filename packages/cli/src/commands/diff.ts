import { DomainSyncError, parseDomainName, type ReleaseStatement } from '@domainsync/core'
import { changesBetween, readManifest } from '@domainsync/publisher'
import { type HistoryRelease, readHistory } from '@domainsync/sdk'
import { EXIT_DONE } from '../output/exit-code.ts'
import { visibleName } from '../output/visible.ts'
import type { AddCommand } from '../program.ts'
import { openNetwork } from '../wiring/network-chain.ts'
import { openReader } from '../wiring/open-reader.ts'
import { rpcNotices } from '../wiring/rpc-notices.ts'

const MARKS = { added: '+', changed: '~', removed: '-' } as const

/** `diff <domain> <n> <n>`: what changed from one release to another. */
export const addDiffCommand: AddCommand = (program, action) => {
  program
    .command('diff <domain> <from> <to>')
    .description('files that differ between two releases')
    .action(
      action(async (context, [text, from, to]) => {
        const { terminal, signal } = context
        const config = await context.loadConfig()
        const domain = parseDomainName(text!)
        const { chain } = await openNetwork(config, rpcNotices(terminal.progress))
        const source = await openReader(config)
        const { releases } = await readHistory(chain, domain, { signal })
        const [before, after] = await Promise.all(
          [from!, to!].map(async (number) => {
            const release = releaseNumbered(releases, number)
            return found(await readManifest(release.root, source, { signal }), release)
          }),
        )
        const changes = changesBetween(before!.files, after!.files)
        for (const { kind, path } of changes) terminal.print(`${MARKS[kind]} ${visibleName(path)}`)
        if (changes.length === 0) terminal.print('No file differs.')
        terminal.document('diff', { domain, from: before!.release, to: after!.release, changes })
        return EXIT_DONE
      }),
    )
}

function releaseNumbered(releases: readonly HistoryRelease[], text: string): HistoryRelease {
  const release = releases.find(({ number }) => String(number) === text)
  if (release) return release
  throw new DomainSyncError('RELEASE_UNKNOWN', `There is no release ${text}; there are ${releases.length}.`, {
    next: 'domainsync history <domain>',
    retryable: false,
  })
}

function found(statement: ReleaseStatement | undefined, { number, root }: HistoryRelease): ReleaseStatement {
  if (statement) return statement
  throw new DomainSyncError('RELEASE_GONE', `No provider has release ${number} (${root}) any more.`, {
    retryable: false,
  })
}
