import type { DomainState } from '@domainsync/core'
import { registryCall } from '@domainsync/sdk'
import type { Command } from 'commander'
import { changing } from '../actions/changing.ts'
import { holdersOf } from '../actions/holders-of.ts'
import { type LaneName, laneBits, parseLanes, pausedLanes } from '../actions/lanes.ts'
import type { OpenDomain } from '../actions/open-domain.ts'
import type { NoAction, RegistryAction } from '../actions/registry-action.ts'
import { UNSIGNED, type UnsignedOption } from '../actions/unsigned-option.ts'
import type { Action, AddCommand } from '../program.ts'

/** `pause <domain> [lane…]`: stop publishing, healing, or both, at once. */
export const addPauseCommand: AddCommand = (program, action) => {
  add(program, action, {
    name: 'pause',
    description: 'stop publishing, healing (lanes), or both; the guardian or the owner may, the healer only publishing',
    decide: pauseAction,
  })
}

/** `unpause <domain> [lane…]`: the owner lets it go on. */
export const addUnpauseCommand: AddCommand = (program, action) => {
  add(program, action, {
    name: 'unpause',
    description: 'let publishing, healing (lanes), or both go on; the owner may',
    decide: unpauseAction,
  })
}

interface LaneCommand {
  readonly name: 'pause' | 'unpause'
  readonly description: string
  readonly decide: (open: OpenDomain, lanes: readonly LaneName[]) => RegistryAction | NoAction
}

function add(program: Command, action: Action, { name, description, decide }: LaneCommand): void {
  program
    .command(`${name} <domain> [lane...]`)
    .description(description)
    .addOption(UNSIGNED)
    .action(action(changing<UnsignedOption>(name, (open, { args }) => decide(open, parseLanes(args)))))
}

function pauseAction({ state, network }: OpenDomain, wanted: readonly LaneName[]): RegistryAction | NoAction {
  const lanes = wanted.filter((lane) => !pausedLanes(state).includes(lane))
  if (lanes.length === 0) return { unchanged: `${subject(wanted, state)} paused already.` }
  const onlyPublishing = lanes.join() === 'publishing'
  return {
    call: registryCall(network.registry, 'pause', [state.id, laneBits(lanes)]),
    actors: holdersOf(state, ['guardian', 'owner', ...(onlyPublishing ? (['healer'] as const) : [])]),
    title: `Pause ${lanes.join(' and ')} of ${state.domain}`,
    done: [`${subject(lanes, state)} paused. Only the owner ends that: domainsync unpause ${state.domain}`],
  }
}

function unpauseAction({ state, network }: OpenDomain, wanted: readonly LaneName[]): RegistryAction | NoAction {
  const lanes = wanted.filter((lane) => pausedLanes(state).includes(lane))
  if (lanes.length === 0) return { unchanged: `${subject(wanted, state)} not paused.` }
  return {
    call: registryCall(network.registry, 'unpause', [state.id, laneBits(lanes)]),
    actors: holdersOf(state, ['owner']),
    title: `Unpause ${lanes.join(' and ')} of ${state.domain}`,
    done: [`${subject(lanes, state)} no longer paused.`],
  }
}

/** `Publishing and healing of bbbhhai.com are` */
function subject(lanes: readonly LaneName[], { domain }: DomainState): string {
  const names = lanes.join(' and ')
  return `${names[0]!.toUpperCase()}${names.slice(1)} of ${domain} ${lanes.length > 1 ? 'are' : 'is'}`
}
