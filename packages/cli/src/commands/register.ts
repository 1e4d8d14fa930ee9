import { parseDomainName } from '@domainsync/core'
import { readAccount } from '../config/account.ts'
import { announcementName, announcementText } from '../init/announcement.ts'
import { confirmWrite } from '../output/confirm.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import type { AddCommand } from '../program.ts'
import { openResolvers } from '../wiring/dns-drivers.ts'
import { domainRoles } from '../wiring/domain-roles.ts'
import { openNetwork } from '../wiring/network-chain.ts'
import { registerDomain } from '../wiring/register-domain.ts'

/** `register <domain>`: TXT challenge, attestation, on-chain binding, in one go. */
export const addRegisterCommand: AddCommand = (program, action) => {
  program
    .command('register <domain>')
    .description('bind a name to its keys on chain; asks for a DNS record first')
    .action(
      action(async (context, [text]) => {
        const { terminal, signal, flags } = context
        const config = await context.loadConfig()
        const domain = parseDomainName(text!)
        const network = await openNetwork(config)
        const { chainId } = network
        const roles = await domainRoles(config)
        const record = {
          name: announcementName(domain),
          type: 'TXT',
          value: announcementText({ ...network, ...roles }),
        }
        if (flags.dryRun) {
          terminal.print(`Would ask for  ${record.name} TXT "${record.value}"`)
          terminal.document('register', { domain, outcome: 'planned', record, roles })
          return EXIT_DONE
        }
        await confirmWrite(`Register ${domain} on chain ${chainId}?`, { terminal, chainId, signal, ...flags })
        const receipt = await registerDomain(domain, {
          network,
          roles,
          registrar: await readAccount('registrar', config),
          payer: await readAccount('owner', config),
          resolvers: openResolvers(config),
          now: Date.now,
          signal,
        })
        if (receipt) terminal.print(`Registered ${domain}: ${receipt.gasUsed} gas, ${receipt.hash}`)
        else terminal.print(`${domain} is registered already.`)
        terminal.print(`Next: domainsync publish ${domain}`)
        terminal.document('register', {
          domain,
          outcome: receipt ? 'registered' : 'unchanged',
          transaction: receipt,
          roles,
        })
        return EXIT_DONE
      }),
    )
}
