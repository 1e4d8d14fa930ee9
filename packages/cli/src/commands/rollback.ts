import { DomainSyncError, parseDomainName } from '@domainsync/core'
import { finishRollbacks, planRollback, rollBackByHand } from '@domainsync/healing-agent'
import { releaseNumber } from '../actions/release-number.ts'
import { confirmWrite } from '../output/confirm.ts'
import { copies } from '../output/copies.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import { shortCid } from '../output/short.ts'
import type { AddCommand } from '../program.ts'
import { openRollbackPorts } from '../wiring/rollback-ports.ts'

interface RollbackOptions {
  readonly to?: string
}

/** `rollback <domain>`: back to an older release; everything newer is quarantined. */
export const addRollbackCommand: AddCommand = (program, action) => {
  program
    .command('rollback <domain>')
    .description('back to an older release, on chain and in DNS; everything newer is quarantined')
    .option('--to <release>', 'the release (default: the newest stable one before the live one)')
    .action(
      action<RollbackOptions>(async (context, [text], { to }) => {
        const { terminal, signal, flags } = context
        const config = await context.loadConfig()
        const name = parseDomainName(text!)
        const { ports, domains } = await openRollbackPorts(config, {
          onEvent: (line) => terminal.progress(line),
        })
        await using _ = ports.store
        const domain = domains.find((one) => one.name === name)
        if (domain === undefined) throw notConfigured(name)
        const finished = flags.dryRun ? [] : await finishRollbacks(domain, { ports, signal })
        if (finished.length > 0) {
          terminal.print(`Finished the rollback that was interrupted: ${finished.map(shortCid).join(', ')} is live.`)
          terminal.document('rollback', { domain: name, outcome: 'finished', roots: finished })
          return EXIT_DONE
        }
        const { decision, state } = await planRollback(domain, {
          ports,
          to: to === undefined ? undefined : releaseNumber(to),
          signal,
        })
        terminal.print(
          `release ${decision.from} → ${decision.to}   ${shortCid(`${decision.root}`)}   ${copies(decision.held)} proven`,
        )
        const outcome = { domain: name, from: decision.from, to: decision.to, root: `${decision.root}` }
        if (flags.dryRun) {
          terminal.document('rollback', { ...outcome, outcome: 'planned' })
          return EXIT_DONE
        }
        const { chainId } = config.values.network
        await confirmWrite(`Go back to release ${decision.to} of ${name} on chain ${chainId}?`, {
          terminal,
          chainId,
          signal,
          ...flags,
        })
        terminal.print(await rollBackByHand(domain, { decision, state, ports, signal }))
        terminal.print(`The files of release ${decision.from} are refused from now on; the owner can reinstate them.`)
        terminal.document('rollback', { ...outcome, outcome: 'rolled back' })
        return EXIT_DONE
      }),
    )
}

function notConfigured(name: string): DomainSyncError {
  return new DomainSyncError('NOT_CONFIGURED', `${name} is not in the configuration.`, {
    next: 'domainsync config',
    retryable: false,
  })
}
