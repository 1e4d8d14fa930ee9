import { resolve } from 'node:path'
import { type DomainName, parseDomainName } from '@domainsync/core'
import { folderFingerprint } from '@domainsync/ipfs-mirror'
import type { SigningFile } from '@domainsync/pq'
import type { PublishResult } from '@domainsync/publisher'
import { Option } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { ConfigError } from '../config/config-error.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { confirmWrite } from '../output/confirm.ts'
import { EXIT_DONE, EXIT_INCOMPLETE, exitCodeOf } from '../output/exit-code.ts'
import { publishProgress } from '../output/publish-progress.ts'
import { reportError } from '../output/report-error.ts'
import { retiredLines } from '../output/retired-lines.ts'
import { showPrepared } from '../output/show-prepared.ts'
import { showAbandoned, showPlan, showPlanned, showResult, showUnchanged } from '../output/show-publish.ts'
import { showSigningRequest } from '../output/show-signing.ts'
import type { AddCommand } from '../program.ts'
import { readSigningFile, refuseSigned, writeSigningFile } from '../signing/signing-files.ts'
import { nextChange } from '../watch/next-change.ts'
import { openPublisher } from '../wiring/open-publisher.ts'
import { rpcNotices } from '../wiring/rpc-notices.ts'

interface PublishCommandOptions {
  readonly from?: string
  readonly root?: string
  readonly skipChecks?: boolean
  readonly watch?: boolean
  readonly unsigned?: boolean
  readonly prepare?: string
  readonly signed?: string
}

/** What is published: a folder, also one that was or is to be signed elsewhere; or a release that somebody else put together. */
type Source =
  | { readonly from: string; readonly signed?: SigningFile; readonly keyless?: boolean }
  | { readonly root: string }

/** One publish: what, from where, and how much is said. */
interface Publishing extends CommandContext {
  readonly config: LoadedConfig
  readonly domain: DomainName
  readonly skipChecks: boolean | undefined
  /** Everything but the transaction, which is printed. */
  readonly unsigned: boolean
  /** Nothing is published: this file gets what another machine has to sign. */
  readonly prepare: string | undefined
  /** The folder as the command line names it. */
  readonly named: string | undefined
  /** Every publish of this folder was agreed to, and unchanged is no news. */
  readonly watching: boolean
}

/** How long a watched publish that waits for RPCs or DNS is left alone before it is tried again, in milliseconds. */
const TRY_AGAIN_MS = 30_000

/** `publish <domain>`: a new release of the site. */
export const addPublishCommand: AddCommand = (program, action) => {
  program
    .command('publish <domain>')
    .description('a new release: import, sign, replicate, prove, record on chain, point DNS to it')
    .option('--from <dir>', 'folder of the built site (default: the configured one)')
    .addOption(new Option('--root <cid>', 'a release that was signed elsewhere').conflicts(['from', 'watch']))
    .addOption(new Option('--watch', 'publish on every change of the folder, until Ctrl-C').conflicts('root'))
    .option('--skip-checks', 'do not ask the preview checks')
    .addOption(
      new Option(
        '--unsigned',
        'sign, replicate and prove; print the transaction as a file that a Safe imports',
      ).conflicts('watch'),
    )
    .addOption(
      new Option('--prepare <file>', 'publish nothing: write what another machine has to sign').conflicts([
        'root',
        'watch',
        'unsigned',
        'signed',
      ]),
    )
    .addOption(
      new Option('--signed <file>', 'go on with what "sign" signed on another machine').conflicts(['root', 'watch']),
    )
    .action(
      action<PublishCommandOptions>(
        async (context, [text], { from, root, skipChecks, watch = false, unsigned = false, prepare, signed }) => {
          const config = await context.loadConfig()
          const domain = parseDomainName(text!)
          const publishing = { ...context, config, domain, skipChecks, unsigned, prepare, named: from, watching: watch }
          if (!config.values.domains[domain]) {
            throw new ConfigError('CONFIG_INVALID', `domains."${domain}" is missing in the configuration.`)
          }
          for (const line of retiredLines(config.values)) context.terminal.progress(line)
          if (root !== undefined) return publishOnce({ root }, publishing)
          const folder = folderOf(domain, { config, from })
          if (watch) return watchFolder(folder, publishing)
          if (prepare !== undefined) await refuseSigned(prepare)
          const signatures = signed === undefined ? {} : { signed: await readSigningFile(signed) }
          return publishOnce({ from: folder, keyless: prepare !== undefined, ...signatures }, publishing)
        },
      ),
    )
}

function folderOf(domain: DomainName, { config, from }: { config: LoadedConfig; from: string | undefined }): string {
  if (from !== undefined) return resolve(from)
  const { site } = config.values.domains[domain]!
  if (site !== undefined) return resolve(config.folder, site)
  throw new ConfigError('CONFIG_INVALID', `domains."${domain}".site is missing; or use --from.`)
}

/** Publishes, waits for a change, and again; what is refused is said and waited out. Ends only by being interrupted. */
async function watchFolder(folder: string, publishing: Publishing): Promise<never> {
  const { terminal, signal, domain } = publishing
  await confirm(`Publish every change of ${folder} as a release of ${domain}`, publishing)
  terminal.progress(`Watching ${folder}. Ctrl-C ends it.`)
  for (let state = await folderFingerprint(folder, signal); ; ) {
    let code: number
    try {
      code = await publishOnce({ from: folder }, publishing)
    } catch (error) {
      signal.throwIfAborted()
      reportError(error, terminal)
      code = exitCodeOf(error)
    }
    const timeoutMs = code === EXIT_INCOMPLETE ? TRY_AGAIN_MS : undefined
    state = await nextChange(folder, { from: state, signal, timeoutMs })
  }
}

async function publishOnce(source: Source, publishing: Publishing): Promise<number> {
  const { terminal, signal, flags, config, domain, skipChecks, unsigned, prepare, watching } = publishing
  // With --unsigned stdout is the file.
  const said = unsigned ? { ...terminal, print: terminal.progress } : terminal
  const show = { terminal: said, full: flags.full }
  const sendsNothing = unsigned || prepare !== undefined
  await using publisher = await openPublisher(config, {
    unsigned: sendsNothing,
    ...rpcNotices(terminal.progress),
    onLiar: ({ source: from, cid }) => terminal.progress(`${from} sent wrong bytes for ${cid}`),
  })
  const shown = publishProgress(terminal)
  const plan = await publisher.plan(domain, {
    ...source,
    skipChecks,
    unsigned: sendsNothing,
    signal,
    ...shown,
    lookOnly: flags.dryRun,
  })
  if (plan.abandoned !== undefined) showAbandoned(plan.abandoned, show)
  const finished = plan.finished.at(-1)
  if (finished?.content === plan.content && plan.changes.length === 0) {
    said.print('Finished what was interrupted:')
    showResult(finished, { ...show, providers: config.values.providers })
    return exitCode(finished)
  }
  if (plan.changes.length === 0) return watching ? EXIT_DONE : showUnchanged(plan, show)
  showPlan(plan, show)
  if (flags.dryRun) return showPlanned(plan, { ...show, prepare, unsigned })
  if (prepare !== undefined) {
    const request = await publisher.requestSigning(plan, { signal })
    await writeSigningFile(prepare, request)
    return showSigningRequest(request, { terminal, file: prepare, from: publishing.named })
  }
  if (unsigned) {
    showPrepared(await publisher.prepare(plan, { signal, ...shown }), {
      terminal,
      chainId: config.values.network.chainId,
    })
    return EXIT_DONE
  }
  if (!watching) await confirm(`Publish release ${plan.release} of ${domain}`, publishing)
  const result = await publisher.publish(plan, { signal, ...shown })
  showResult(result, { ...show, live: plan.live, providers: config.values.providers })
  return exitCode(result)
}

async function confirm(what: string, { config, terminal, signal, flags }: Publishing): Promise<void> {
  const { chainId } = config.values.network
  await confirmWrite(`${what} on chain ${chainId}?`, { terminal, chainId, signal, ...flags })
}

function exitCode({ incomplete }: PublishResult): number {
  return incomplete.length > 0 ? EXIT_INCOMPLETE : EXIT_DONE
}
