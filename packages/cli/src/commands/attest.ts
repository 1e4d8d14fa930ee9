import { reclaimTypedData, registrationTypedData } from '@domainsync/bindings'
import { type Chain, type DomainName, domainId, parseDomainName } from '@domainsync/core'
import { readReclaims } from '@domainsync/sdk'
import { type AttestedOptions, DEADLINE, readAttested } from '../actions/attested-options.ts'
import { readAccount } from '../config/account.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import type { AddCommand } from '../program.ts'
import { openResolvers } from '../wiring/dns-drivers.ts'
import { domainRoles } from '../wiring/domain-roles.ts'
import { openNetwork } from '../wiring/network-chain.ts'
import { requireAnnouncement } from '../wiring/require-announcement.ts'
import { rpcNotices } from '../wiring/rpc-notices.ts'

interface AttestOptions extends Pick<AttestedOptions, 'deadline'> {
  readonly reclaim?: boolean
}

/** `attest <domain>`: one registrar of several signs; the owner's machine sends. */
export const addAttestCommand: AddCommand = (program, action) => {
  program
    .command('attest <domain>')
    .description('sign as one of several registrars, after a look at the DNS record; nothing is sent')
    .option('--reclaim', 'for "reclaim start" instead of "register"')
    .addOption(DEADLINE)
    .action(
      action<AttestOptions>(async (context, [text], { reclaim, deadline: until }) => {
        const { terminal, signal } = context
        const config = await context.loadConfig()
        const domain = parseDomainName(text!)
        const network = await openNetwork(config, rpcNotices(terminal.progress))
        if (!reclaim && (await isRegistered(domain, { ...network, signal }))) {
          terminal.print(`${domain} is registered already; an attestation would be of no use.`)
          terminal.document('attest', { domain, outcome: 'unchanged' })
          return EXIT_DONE
        }
        const { publisher, healer, ...trust } = await domainRoles(config)
        const { deadline } = readAttested({ deadline: until })
        const options = { ...network, owner: trust.owner, resolvers: openResolvers(config), signal }
        await requireAnnouncement(domain, options)
        const typed = reclaim
          ? reclaimTypedData({
              ...network,
              name: domain,
              next: trust,
              nonce: await readReclaims(domainId(domain), { ...network, signal }),
              deadline,
            })
          : registrationTypedData({ ...network, name: domain, trust, publisher, healer, deadline })
        const registrar = await readAccount('registrar', config)
        const attestation = await registrar.signTypedData(typed.domain, typed.types, typed.message)
        const command = reclaim ? 'reclaim start' : 'register'
        terminal.print(`domainsync ${command} ${domain} --deadline ${deadline} --attestation ${attestation}`)
        terminal.document('attest', { domain, for: command, registrar: registrar.address, deadline, attestation })
        return EXIT_DONE
      }),
    )
}

async function isRegistered(domain: DomainName, { chain, signal }: { chain: Chain; signal: AbortSignal }) {
  return (await chain.domain(domain, await chain.block('latest', { signal }), { signal })) !== undefined
}
