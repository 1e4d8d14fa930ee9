import { resolve } from 'node:path'
import { parseDomainName } from '@domainsync/core'
import type { PublishPlan, PublishResult } from '@domainsync/publisher'
import { formatEther, formatUnits } from 'ethers'
import type { CommandContext } from '../command-context.ts'
import { ConfigError } from '../config/config-error.ts'
import { confirmWrite } from '../output/confirm.ts'
import { EXIT_DONE, EXIT_INCOMPLETE } from '../output/exit-code.ts'
import { publishProgress } from '../output/publish-progress.ts'
import { shortCid, shortDuration } from '../output/short.ts'
import type { Terminal } from '../output/terminal.ts'
import type { AddCommand } from '../program.ts'
import { openPublisher } from '../wiring/open-publisher.ts'

interface PublishCommandOptions {
  readonly from?: string
  readonly skipChecks?: boolean
}

/** `publish <domain>`: a new release of the site. */
export const addPublishCommand: AddCommand = (program, action) => {
  program
    .command('publish <domain>')
    .description('a new release: import, sign, replicate, prove, record on chain, point DNS to it')
    .option('--from <dir>', 'folder of the built site (default: the configured one)')
    .option('--skip-checks', 'do not ask the preview checks')
    .action(
      action<PublishCommandOptions>(async (context, [text], { from, skipChecks }) => {
        const { terminal, signal, flags } = context
        const config = await context.loadConfig()
        const domain = parseDomainName(text!)
        const site = from ?? config.values.domains[domain]?.site
        if (!config.values.domains[domain]) {
          throw new ConfigError('CONFIG_INVALID', `domains."${domain}" is missing in the configuration.`)
        }
        if (site === undefined)
          throw new ConfigError('CONFIG_INVALID', `domains."${domain}".site is missing; or use --from.`)
        await using publisher = await openPublisher(config, {
          onDissent: ({ operator, what }) => terminal.progress(`RPC ${operator} was outvoted on ${what}`),
          onLiar: ({ source, cid }) => terminal.progress(`${source} sent wrong bytes for ${cid}`),
        })
        const onProgress = publishProgress(terminal)
        const folder = from === undefined ? resolve(config.folder, site) : resolve(site)
        const plan = await publisher.plan(domain, {
          from: folder,
          skipChecks,
          signal,
          onProgress,
          lookOnly: flags.dryRun,
        })
        const finished = plan.finished.at(-1)
        if (finished?.content === plan.content && plan.changes.length === 0) return showFinished(finished, context)
        showPlan(plan, context)
        if (plan.changes.length === 0) {
          terminal.print(`unchanged: release ${plan.live} has these files.`)
          terminal.document('publish', { domain, outcome: 'unchanged', release: plan.live, content: plan.content })
          return EXIT_DONE
        }
        if (flags.dryRun) {
          terminal.document('publish', { outcome: 'planned', ...plan })
          return EXIT_DONE
        }
        const { chainId } = config.values.network
        await confirmWrite(`Publish release ${plan.release} of ${domain} on chain ${chainId}?`, {
          terminal,
          chainId,
          signal,
          ...flags,
        })
        const result = (await publisher.publish(plan, { signal, onProgress }))!
        showResult(result, { terminal, live: plan.live, full: flags.full })
        return result.incomplete.length > 0 ? EXIT_INCOMPLETE : EXIT_DONE
      }),
    )
}

/** The publish of these files that was interrupted is this one. */
function showFinished(result: PublishResult, { terminal, flags }: CommandContext): number {
  terminal.print('Finished what was interrupted:')
  showResult(result, { terminal, full: flags.full })
  return result.incomplete.length > 0 ? EXIT_INCOMPLETE : EXIT_DONE
}

function showPlan(plan: PublishPlan, { terminal, flags }: CommandContext): void {
  const count = (kind: string) => plan.changes.filter((change) => change.kind === kind).length
  const content = flags.full ? plan.content : shortCid(plan.content)
  terminal.print(
    `files   +${count('added')} ~${count('changed')} -${count('removed')} of ${plan.files}    content ${content}`,
  )
  if (plan.checksSkipped) terminal.print('checks  skipped')
  else if (plan.checks.length > 0) terminal.print(`checks  preview ${plan.checks.length}/${plan.checks.length}`)
  if (plan.cost) terminal.print(`cost    ${plan.cost.gas} gas, at most ${formatEther(plan.cost.maxCostWei)} ETH`)
}

/** The lines of a finished publish; also what `resume` prints for each run. */
export function showResult(
  result: PublishResult,
  { terminal, live, full }: { terminal: Terminal; live?: number; full: boolean },
): void {
  const { proof, transaction, resolvers, incomplete, domain, release } = result
  const short = full ? (text: string) => text : shortCid
  terminal.print(
    `store   ${proof.providers.map(({ provider, blocks, code }) => (code ? `${provider} ${code}` : `${provider} ${blocks} blocks`)).join('   ')}`,
  )
  terminal.print(
    `proof   ${proof.held} of ${proof.providers.length} (need ${proof.need})${proof.trial ? ', trial: one machine' : ''}`,
  )
  const gas = `${transaction.gasUsed} gas at ${formatUnits(transaction.gasPriceWei, 'gwei')} gwei`
  terminal.print(
    `chain   release ${live === undefined ? '' : `${live} → `}${release}   ${gas}   ${short(transaction.hash)}`,
  )
  const seen = resolvers.flatMap(({ afterMs }) => (afterMs === undefined ? [] : [afterMs]))
  const lag = seen.length > 0 ? ` in ${shortDuration(Math.max(...seen))}` : ''
  terminal.print(`dns     resolvers ${seen.length}/${resolvers.length}${lag}   root ${short(result.root)}`)
  if (result.superseded) terminal.print('Somebody rolled back meanwhile: another release is live.')
  else
    terminal.print(
      `Live: release ${release}.${incomplete.length > 0 ? ` Incomplete: ${incomplete.map(({ provider }) => provider).join(', ')}; the agent retries.` : ''}`,
    )
  for (const { provider, code, message } of incomplete) terminal.print(`  ${provider}: ${code} ${message}`)
  if (release > 1) terminal.print(`Undo: domainsync rollback ${domain}`)
  terminal.document('publish', { outcome: incomplete.length > 0 ? 'incomplete' : 'published', ...result })
}
