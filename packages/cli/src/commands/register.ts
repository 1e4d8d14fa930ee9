import { type DomainName, parseDomainName } from '@domainsync/core'
import {
  ATTESTATION,
  type AttestedOptions,
  DEADLINE,
  readAttested,
  readRegistrar,
} from '../actions/attested-options.ts'
import { readAccount } from '../config/account.ts'
import { readAddress } from '../config/public-id.ts'
import { ether } from '../output/amount.ts'
import { confirmWrite } from '../output/confirm.ts'
import { EXIT_DONE, EXIT_INCOMPLETE } from '../output/exit-code.ts'
import type { Terminal } from '../output/terminal.ts'
import type { AddCommand } from '../program.ts'
import { openResolvers } from '../wiring/dns-drivers.ts'
import { type DomainRoles, domainRoles } from '../wiring/domain-roles.ts'
import { lookAtRegistration, type RegistrationView } from '../wiring/look-at-registration.ts'
import { openNetwork } from '../wiring/network-chain.ts'
import { registerDomain } from '../wiring/register-domain.ts'
import { rpcNotices } from '../wiring/rpc-notices.ts'

/** `register <domain>`: TXT challenge, attestation, on-chain binding, in one go. */
export const addRegisterCommand: AddCommand = (program, action) => {
  program
    .command('register <domain>')
    .description('bind a name to its keys on chain; asks for a DNS record first')
    .addOption(DEADLINE)
    .addOption(ATTESTATION)
    .action(
      action<AttestedOptions>(async (context, [text], options) => {
        const attested = readAttested(options)
        const { terminal, signal, flags } = context
        const config = await context.loadConfig()
        const domain = parseDomainName(text!)
        const network = await openNetwork(config, rpcNotices(terminal.progress))
        const { chainId } = network
        const roles = await domainRoles(config)
        const resolvers = openResolvers(config)
        const registrar = config.values.keys.registrar && (await readAddress('registrar', config))
        const view = await lookAtRegistration(domain, { network, roles, registrar, attested, resolvers, signal })
        if (flags.dryRun || view.registered) return showView(view, { domain, roles, terminal })
        await confirmWrite(`Register ${domain} on chain ${chainId}?`, { terminal, chainId, signal, ...flags })
        const receipt = await registerDomain(domain, {
          network,
          roles,
          registrar: await readRegistrar(attested, config),
          payer: await readAccount('owner', config),
          resolvers,
          attested,
          signal,
        })
        // Somebody else may have registered it meanwhile.
        if (receipt) terminal.print(`Registered ${domain}: ${receipt.gasUsed} gas, ${receipt.hash}`)
        else terminal.print(`${domain} is registered already.`)
        const hasFolder = config.values.domains[domain]?.site !== undefined
        terminal.print(`Next: domainsync publish ${domain}${hasFolder ? '' : ' --from ./dist'}`)
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

/** What `register` would find, and what is missing. */
function showView(
  { registered, record, registrars, owner, missing }: RegistrationView,
  { domain, roles, terminal }: { domain: DomainName; roles: DomainRoles; terminal: Terminal },
): number {
  const outcome = registered ? 'unchanged' : missing.length > 0 ? 'blocked' : 'planned'
  if (registered) terminal.print(`${domain} is registered already.`)
  else {
    const of = record.seenBy.length + record.notSeenBy.length
    terminal.print(`record  ${record.name} TXT "${record.value}"   seen by ${record.seenBy.length} of ${of} resolvers`)
    terminal.print(`attest  ${registrars.known.length} of ${registrars.required} registrars have their key here`)
    terminal.print(`funds   ${ether(owner.balanceWei)} of ${owner.address}`)
    for (const sentence of missing) terminal.print(`missing ${sentence}`)
    if (missing.length === 0) terminal.print(`Would register ${domain} to ${roles.owner}.`)
  }
  terminal.document('register', { domain, outcome, record, registrars, owner, roles, missing })
  return missing.length > 0 ? EXIT_INCOMPLETE : EXIT_DONE
}
