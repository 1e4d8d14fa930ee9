import { parseDomainName } from '@domainsync/core'
import { thawTypedData } from '@domainsync/healing-agent'
import { readAccount } from '../config/account.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import type { AddCommand } from '../program.ts'
import { openAgentPorts } from '../wiring/open-agent.ts'

/** `approve <domain>`: the owner lets pointers move again. */
export const addApproveCommand: AddCommand = (program, action) => {
  program
    .command('approve <domain>')
    .description('sign, as the owner, that pointers may move again after a freeze')
    .action(
      action(async (context, [text]) => {
        const { terminal, flags } = context
        const config = await context.loadConfig()
        const domain = parseDomainName(text!)
        const { ports } = await openAgentPorts(config, { onEvent: (line) => terminal.progress(line) })
        await using store = ports.store
        const findings = await store.history.findings(domain)
        const waiting = findings.freezes.filter(({ kind, thawSignature }) => kind === 'sticky' && !thawSignature)
        if (waiting.length === 0) terminal.print(`Nothing of ${domain} waits for an approval.`)
        else if (!flags.dryRun) {
          const owner = await readAccount('owner', config)
          const freezes = await Promise.all(
            findings.freezes.map(async (freeze) => {
              if (!waiting.includes(freeze)) return freeze
              const typed = thawTypedData(ports.network, freeze)
              return {
                ...freeze,
                thawSignature: await owner.signTypedData(typed.domain, typed.types, { ...typed.message }),
              }
            }),
          )
          await store.history.save({ ...findings, freezes })
        }
        const verb = flags.dryRun ? 'Would approve' : 'Approved'
        for (const { cause, since } of waiting)
          terminal.print(`${verb}: ${cause} since ${new Date(since).toISOString()}`)
        terminal.document('approve', { domain, freezes: waiting, approved: !flags.dryRun })
        return EXIT_DONE
      }),
    )
}
