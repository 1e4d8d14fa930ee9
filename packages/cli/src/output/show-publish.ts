import { DomainSyncError, errorCode } from '@domainsync/core'
import type { PublishPlan, PublishResult } from '@domainsync/publisher'
import type { ProviderConfig } from '../config/provider-schema.ts'
import { ether, gwei } from './amount.ts'
import { EXIT_DONE } from './exit-code.ts'
import { shortCid, shortDuration } from './short.ts'
import { localSiteUrls } from './site-url.ts'
import type { Terminal } from './terminal.ts'

export interface ShowOptions {
  readonly terminal: Terminal
  /** Identifiers whole. */
  readonly full: boolean
}

/** What a publish would do. */
export function showPlan(plan: PublishPlan, { terminal, full }: ShowOptions): void {
  const count = (kind: string) => plan.changes.filter((change) => change.kind === kind).length
  const short = full ? (text: string) => text : shortCid
  const root = plan.root === undefined ? '' : `    signed elsewhere, root ${short(plan.root)}`
  terminal.print(
    `files   +${count('added')} ~${count('changed')} -${count('removed')} of ${plan.files}    content ${short(plan.content)}${root}`,
  )
  if (plan.checksSkipped) terminal.print('checks  skipped')
  else if (plan.checks.length > 0) terminal.print(`checks  preview ${plan.checks.length}/${plan.checks.length}`)
  if (plan.cost) terminal.print(`cost    ${plan.cost.gas} gas, at most ${ether(plan.cost.maxCostWei)}`)
}

/** What would come after the plan. */
export function showPlanned(
  plan: PublishPlan,
  { terminal, prepare, unsigned }: ShowOptions & { readonly prepare: string | undefined; readonly unsigned: boolean },
): number {
  const release = `release ${plan.release} of ${plan.domain}`
  if (prepare !== undefined) terminal.print(`Would write to ${prepare} what is to be signed of ${release}.`)
  else if (unsigned) terminal.print(`Would store and prove ${release}, and print its transaction.`)
  else terminal.print(`Would publish ${release}.`)
  terminal.document('publish', { outcome: 'planned', ...plan, abandoned: undefined })
  return EXIT_DONE
}

/** The live release has these files. */
export function showUnchanged(plan: PublishPlan, show: ShowOptions): number {
  const { domain, live, content } = plan
  showPlan(plan, show)
  show.terminal.print(`unchanged: release ${live} has these files.`)
  show.terminal.document('publish', { domain, outcome: 'unchanged', release: live, content })
  return EXIT_DONE
}

/** An interrupted publish that nobody can finish any more, beside what is published instead. */
export function showAbandoned(error: unknown, { terminal }: Pick<ShowOptions, 'terminal'>): void {
  const message = error instanceof Error ? error.message : String(error)
  const state = error instanceof DomainSyncError && error.state ? ` ${error.state}` : ''
  terminal.progress(`An interrupted publish was given up: ${errorCode(error)} ${message}${state}`)
}

export interface ShowResultOptions extends ShowOptions {
  /** The release before. */
  readonly live?: number
  /** The configured ones: a node of this machine serves what it holds. */
  readonly providers?: Readonly<Record<string, ProviderConfig>>
}

/** The lines of a finished publish; also what `resume` prints for each run. */
export function showResult(result: PublishResult, { terminal, live, full, providers }: ShowResultOptions): void {
  const { proof, transaction, resolvers, incomplete, domain, release } = result
  const short = full ? (text: string) => text : shortCid
  // Why the release was refused says more than what was then missing.
  const refused = new Map(incomplete.map(({ provider, code }) => [provider, code]))
  const copies = proof.providers.map(({ provider, blocks, sample, code }) => {
    const read = sample ? `a sample of ${blocks} blocks` : `${blocks} blocks`
    return `${provider} ${code === undefined ? read : (refused.get(provider) ?? code)}`
  })
  terminal.print(`store   ${copies.join('   ')}`)
  terminal.print(
    `proof   ${proof.held} of ${proof.providers.length} (need ${proof.need})${proof.trial ? ', trial: one machine' : ''}`,
  )
  const gas = `${transaction.gasUsed} gas at ${gwei(BigInt(transaction.gasPriceWei))}`
  terminal.print(
    `chain   release ${live === undefined ? '' : `${live} → `}${release}   ${gas}   ${short(transaction.hash)}`,
  )
  const seen = resolvers.flatMap(({ afterMs }) => (afterMs === undefined ? [] : [afterMs]))
  const lag = seen.length > 0 ? ` in ${shortDuration(Math.max(...seen))}` : ''
  terminal.print(`dns     resolvers ${seen.length}/${resolvers.length}${lag}   root ${short(result.root)}`)
  if (result.superseded) terminal.print('Somebody rolled back meanwhile: another release is live.')
  else
    terminal.print(
      `Live: release ${release}.${incomplete.length > 0 ? ` Incomplete: ${incomplete.map(({ provider }) => provider).join(', ')}.` : ''}`,
    )
  for (const { provider, code, message } of incomplete) terminal.print(`  ${provider}: ${code} ${message}`)
  if (incomplete.length > 0) terminal.print(`An agent completes it; where none runs: domainsync heal ${domain}`)
  if (!result.superseded && providers !== undefined) {
    const holders = proof.providers.filter(({ code }) => code === undefined).map(({ provider }) => provider)
    const [url] = localSiteUrls(domain, { providers, holders })
    if (url !== undefined) terminal.print(`Read it at ${url} while "domainsync serve" runs here.`)
  }
  if (release > 1) terminal.print(`Undo: domainsync rollback ${domain}`)
  terminal.document('publish', { outcome: incomplete.length > 0 ? 'incomplete' : 'published', ...result })
}
