import { reclaimTypedData } from '@domainsync/bindings'
import { readReclaims, registryCall } from '@domainsync/sdk'
import {
  ATTESTATION,
  type AttestedOptions,
  DEADLINE,
  readAttested,
  readRegistrar,
} from '../actions/attested-options.ts'
import { changing } from '../actions/changing.ts'
import { holdersOf } from '../actions/holders-of.ts'
import type { OpenDomain } from '../actions/open-domain.ts'
import type { NoAction, RegistryAction } from '../actions/registry-action.ts'
import { readTrustChange } from '../actions/trust-change.ts'
import { UNSIGNED, type UnsignedOption } from '../actions/unsigned-option.ts'
import type { AddCommand } from '../program.ts'
import type { Attested } from '../wiring/attested.ts'
import { openResolvers } from '../wiring/dns-drivers.ts'
import { domainRoles } from '../wiring/domain-roles.ts'
import { gatherAttestations } from '../wiring/gather-attestations.ts'
import { requireAnnouncement } from '../wiring/require-announcement.ts'

/** `reclaim start|object <domain>`: for a name whose keys are lost. */
export const addReclaimCommand: AddCommand = (program, action) => {
  const reclaim = program
    .command('reclaim')
    .description(
      'for a name with lost keys: registrars attest the new owner, who gets it after 30 days without objection',
    )
  reclaim
    .command('start <domain>')
    .description('begin it for the owner, guardian, signer and release key of the configuration')
    .addOption(DEADLINE)
    .addOption(ATTESTATION)
    .addOption(UNSIGNED)
    .action(
      action(
        changing<AttestedOptions & UnsignedOption>('reclaim', (open, { options }) =>
          startAction(open, readAttested(options)),
        ),
      ),
    )
  reclaim
    .command('object <domain>')
    .description('the owner is still there: end it')
    .addOption(UNSIGNED)
    .action(action(changing<UnsignedOption>('reclaim', objectAction)))
}

async function startAction(open: OpenDomain, attested: Attested): Promise<RegistryAction | NoAction> {
  const { config, network, state, call } = open
  const { owner, guardian, signer, pqKeyHash } = await domainRoles(config)
  const next = { owner, guardian, signer, pqKeyHash }
  if (owner === state.nextTrust.owner) return { unchanged: `${state.domain} belongs to ${owner} already.` }
  const { domain } = state
  await requireAnnouncement(domain, { ...network, owner, resolvers: openResolvers(config), ...call })
  const nonce = await readReclaims(state.id, { ...network, ...call })
  const { deadline, attestations: given } = attested
  const typed = reclaimTypedData({ ...network, name: domain, next, nonce, deadline })
  const registrar = await readRegistrar(attested, config)
  const attestations = await gatherAttestations(typed, { given, registrar, network, ...call })
  return {
    call: registryCall(network.registry, 'startReclaim', [
      domain,
      { ...next, fromRelease: 0 },
      deadline,
      [...attestations],
    ]),
    // Anybody may send it: the attestations say who wants it.
    actors: [{ role: 'owner', address: owner }],
    title: `Start the reclaim of ${domain} for ${owner}`,
    done: [
      `The reclaim has begun. ${state.nextTrust.owner}, its owner now, can object for 30 days.`,
      `Then: domainsync trust accept ${domain}`,
    ],
  }
}

async function objectAction(open: OpenDomain): Promise<RegistryAction | NoAction> {
  const { network, state } = open
  const change = await readTrustChange(state, open)
  if (!change?.reclaim) return { unchanged: `No reclaim of ${state.domain} waits.` }
  return {
    call: registryCall(network.registry, 'objectReclaim', [state.id]),
    actors: holdersOf(state, ['owner']),
    title: `Object to the reclaim of ${state.domain} by ${change.next.owner}`,
    done: [`The reclaim is off; ${state.domain} stays yours.`],
  }
}
