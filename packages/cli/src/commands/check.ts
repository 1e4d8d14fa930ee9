import { parseDomainName } from '@domainsync/core'
import type { ActionReport } from '@domainsync/healing-agent'
import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { exitCodeOfFindings, showActions, showFindings } from '../output/show-findings.ts'
import type { Action, AddCommand } from '../program.ts'
import { openAgent } from '../wiring/open-agent.ts'

/** How one look of the agent is presented. */
interface Look {
  readonly name: string
  readonly description: string
  readonly repair: boolean
}

/** `status [domain]`: what an agent would find now. */
export const addStatusCommand = look({
  name: 'status',
  description: 'what is live, served, named and stored',
  repair: false,
})
/** `plan [domain]`: what would be done about it. */
export const addPlanCommand = look({ name: 'plan', description: 'what would be repaired, and how', repair: false })
/** `check [domain]`: one pass, read-only. */
export const addCheckCommand = look({ name: 'check', description: 'one pass without repairs', repair: false })
/** `heal [domain]`: passes with repairs, until nothing is under way any more. */
export const addHealCommand = look({ name: 'heal', description: 'repair what is wrong, then look again', repair: true })

function look({ name, description, repair }: Look): AddCommand {
  return (program: Command, action: Action) => {
    program
      .command(`${name} [domain]`)
      .description(description)
      .action(action((context, [domain]) => run(context, { name, domain, repair })))
  }
}

async function run(
  { terminal, signal, flags, loadConfig }: CommandContext,
  { name, domain, repair }: { name: string; domain: string | undefined; repair: boolean },
): Promise<number> {
  const config = await loadConfig()
  const repairs = repair && !flags.dryRun
  await using agent = await openAgent(config, {
    onEvent: (line) => terminal.progress(line),
    lookOnly: !repairs,
    signal,
  })
  const domains = domain === undefined ? undefined : [parseDomainName(domain)]
  const show = { terminal, full: flags.full }
  const done: (ActionReport & { readonly domain: string })[] = []
  const report = await agent.settle({
    repair: repairs,
    signal,
    ...(domains ? { domains } : {}),
    onPass: (pass) => {
      if (!repairs) return
      showActions(pass, show)
      done.push(...pass.domains.flatMap(({ domain: at, actions }) => actions.map((one) => ({ domain: at, ...one }))))
    },
  })
  showFindings(report, show)
  if ((name === 'plan' || repair !== repairs) && showActions(report, show) === 0)
    terminal.print('Nothing would be done.')
  if (config.values.replication.trial) terminal.print('trial: copies of one machine are counted')
  const { schema: _, ...findings } = report
  terminal.document(name, repairs ? { ...findings, done } : findings)
  return exitCodeOfFindings(report)
}
