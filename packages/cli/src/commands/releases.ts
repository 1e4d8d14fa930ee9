import { type DomainState, DomainSyncError, type RingEntry, rootFromHash } from '@domainsync/core'
import { registryCall } from '@domainsync/sdk'
import type { Command } from 'commander'
import { changing } from '../actions/changing.ts'
import { holdersOf } from '../actions/holders-of.ts'
import type { OpenDomain } from '../actions/open-domain.ts'
import type { NoAction, RegistryAction } from '../actions/registry-action.ts'
import { releaseNumber } from '../actions/release-number.ts'
import { UNSIGNED, type UnsignedOption } from '../actions/unsigned-option.ts'
import { shortCid } from '../output/short.ts'
import type { Action, AddCommand } from '../program.ts'

/** `quarantine <domain> <release>`: readers refuse it; nothing moves. */
export const addQuarantineCommand: AddCommand = (program, action) => {
  add(program, action, {
    name: 'quarantine',
    usage: '<release>',
    description: 'have every reader refuse a release, the live one too; the guardian or the owner may',
    decide: quarantineAction,
  })
}

/** `reinstate <domain> <release>`: take a quarantine back. */
export const addReinstateCommand: AddCommand = (program, action) => {
  add(program, action, {
    name: 'reinstate',
    usage: '<release>',
    description: 'have readers take a quarantined release again; the owner may',
    decide: reinstateAction,
  })
}

/** `keep <domain> [release]`: where no later release can push it out. */
export const addKeepCommand: AddCommand = (program, action) => {
  add(program, action, {
    name: 'keep',
    usage: '[release]',
    description: 'keep a release (default: the live one) where no flood of releases can push it out of the registry',
    decide: keepAction,
  })
}

interface ReleaseCommand {
  readonly name: 'quarantine' | 'reinstate' | 'keep'
  readonly usage: string
  readonly description: string
  readonly decide: (open: OpenDomain, release: RingEntry) => RegistryAction | NoAction
}

function add(program: Command, action: Action, { name, usage, description, decide }: ReleaseCommand): void {
  program
    .command(`${name} <domain> ${usage}`)
    .description(description)
    .addOption(UNSIGNED)
    .action(
      action(
        changing<UnsignedOption>(name, (open, { args: [number] }) => {
          const wanted = number === undefined ? undefined : releaseNumber(number)
          return decide(open, heldRelease(open.state, wanted))
        }),
      ),
    )
}

function quarantineAction({ state, network }: OpenDomain, release: RingEntry): RegistryAction | NoAction {
  if (!release.stable) return { unchanged: `R${named(release, state).slice(1)} is quarantined already.` }
  const isLive = release.release === state.head.live
  const goBack = `Readers are served nothing until you go back: domainsync rollback ${state.domain}`
  return {
    call: registryCall(network.registry, 'quarantine', [state.id, release.release]),
    actors: holdersOf(state, ['guardian', 'owner']),
    title: `Quarantine ${named(release, state)}${isLive ? ', which is live' : ''}`,
    done: [`R${named(release, state).slice(1)} is refused by every reader from now on.`, ...(isLive ? [goBack] : [])],
  }
}

function reinstateAction({ state, network }: OpenDomain, release: RingEntry): RegistryAction | NoAction {
  if (release.stable) return { unchanged: `R${named(release, state).slice(1)} is not quarantined.` }
  return {
    call: registryCall(network.registry, 'reinstate', [state.id, release.release]),
    actors: holdersOf(state, ['owner']),
    title: `Reinstate ${named(release, state)}`,
    done: [`R${named(release, state).slice(1)} is taken by readers again.`],
  }
}

function keepAction({ state, network }: OpenDomain, release: RingEntry): RegistryAction | NoAction {
  if (release.release === state.kept?.release)
    return { unchanged: `R${named(release, state).slice(1)} is kept already.` }
  return {
    call: registryCall(network.registry, 'keep', [state.id, release.release, state.head.seq]),
    actors: holdersOf(state, ['owner', 'guardian', 'healer']),
    title: `Keep ${named(release, state)}`,
    done: [
      `R${named(release, state).slice(1)} stays in the registry however many releases follow.`,
      ...(state.kept ? [`It takes the place of release ${state.kept.release}.`] : []),
    ],
  }
}

/** @throws DomainSyncError `RELEASE_UNKNOWN` with those that the registry holds */
function heldRelease({ domain, head, releases }: DomainState, wanted = head.live): RingEntry {
  const found = releases.find(({ release }) => release === wanted)
  if (found !== undefined) return found
  const held = releases.map(({ release }) => release).join(', ')
  throw new DomainSyncError(
    'RELEASE_UNKNOWN',
    held === ''
      ? `${domain} has no release yet.`
      : `The registry holds no release ${wanted} of ${domain} any more, or not yet; it holds ${held}.`,
    { state: 'Nothing was sent.', next: `domainsync history ${domain}`, retryable: false },
  )
}

function named({ release, ipfsHash }: RingEntry, { domain }: DomainState): string {
  return `release ${release} of ${domain} (${shortCid(`${rootFromHash(ipfsHash)}`)})`
}
