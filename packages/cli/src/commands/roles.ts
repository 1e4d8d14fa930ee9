import type { Address, DomainState } from '@domainsync/core'
import { registryCall } from '@domainsync/sdk'
import { holdersOf } from '../actions/holders-of.ts'
import { type OpenDomain, openDomain } from '../actions/open-domain.ts'
import { parseAddress } from '../actions/parse-address.ts'
import { performAction } from '../actions/perform-action.ts'
import type { NoAction, RegistryAction } from '../actions/registry-action.ts'
import { UNSIGNED, type UnsignedOption } from '../actions/unsigned-option.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import { table } from '../output/table.ts'
import type { AddCommand } from '../program.ts'

interface RolesOptions extends UnsignedOption {
  readonly publisher?: string
  readonly healer?: string
}

/** `roles <domain>`: who holds which role; the owner names another publisher or healer. */
export const addRolesCommand: AddCommand = (program, action) => {
  program
    .command('roles <domain>')
    .description('who may do what; the owner names another publisher or healer, at once')
    .option('--publisher <address>', 'the key that publishes from now on')
    .option('--healer <address>', 'the key that keeps and rolls back from now on')
    .addOption(UNSIGNED)
    .action(
      action<RolesOptions>(async (context, [text], { publisher, healer, unsigned }) => {
        const next = {
          publisher: publisher && parseAddress(publisher, '--publisher'),
          healer: healer && parseAddress(healer, '--healer'),
        }
        const open = await openDomain(text!, context)
        const { terminal } = context
        const { domain } = open.state
        if (next.publisher || next.healer) {
          return performAction(rolesAction(open, next), { ...context, ...open, command: 'roles', domain, unsigned })
        }
        const roles = rolesOf(open.state)
        for (const line of table(
          Object.entries(roles).map(([role, id]) => [role === 'pqKeyHash' ? 'release key' : role, id]),
        ))
          terminal.print(line)
        terminal.document('roles', { domain, outcome: 'shown', roles })
        return EXIT_DONE
      }),
    )
}

function rolesAction(
  { state, network }: OpenDomain,
  next: { publisher?: Address | '' | undefined; healer?: Address | '' | undefined },
): RegistryAction | NoAction {
  const publisher = next.publisher || state.publisher
  const healer = next.healer || state.healer
  if (publisher === state.publisher && healer === state.healer) {
    return { unchanged: `${state.domain} has this publisher and this healer already.` }
  }
  return {
    call: registryCall(network.registry, 'setRoles', [state.id, publisher, healer]),
    actors: holdersOf(state, ['owner']),
    title: `Make ${publisher} the publisher and ${healer} the healer of ${state.domain}`,
    done: [
      `${publisher} publishes ${state.domain} from now on, ${healer} heals it.`,
      'Put their keys into the configuration; the old ones may do nothing any more.',
    ],
  }
}

function rolesOf({ nextTrust, publisher, healer }: DomainState) {
  const { owner, guardian, signer, pqKeyHash } = nextTrust
  return { owner, guardian, signer, pqKeyHash, publisher, healer }
}
