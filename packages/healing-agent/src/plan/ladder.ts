import type { Condition } from '@domainsync/core'
import type { PlanSettings } from './plan-settings.ts'
import type { PlanState } from './plan-state.ts'
import { pauseRung, rollbackRung, swapRung } from './pointer-rungs.ts'
import { nodeRungs, redeployRung, replicaRungs } from './replica-rungs.ts'
import { type Rung, watchRung } from './rung.ts'

/**
 * The ladders that a condition starts, each climbed on its own. Usually one; content at risk repairs every missing copy at
 * once. An empty ladder goes straight to its end, which is a person.
 */
export function laddersOf(condition: Condition, state: PlanState, { settings, now }: LadderInput): Rung[][] {
  switch (condition.type) {
    case 'NodeOffline':
      return [nodeRungs(condition.subject, state)]
    case 'ReplicaLost':
      return [replicaRungs(condition.subject, state)]
    case 'ContentAtRisk':
      return atRisk(state)
    case 'DnsDrift':
      return [[swapRung(state)]]
    case 'HashMismatch':
      return [[redeployRung(state)]]
    case 'ReleaseUnverifiable':
      return [[pauseRung(state), rollbackRung(state, settings, now), swapRung(state)]]
    case 'ReleaseBad':
      return [[rollbackRung(state, settings, now), swapRung(state)]]
    case 'ChecksFailing':
      return [[watchRung('no older release is known to pass, so going back would not help')]]
    case 'FeedMismatch':
    case 'TrustChanging':
      return [[]]
    case 'ChainNoQuorum':
      return [[watchRung('the operators in network.rpcUrls must answer and agree again')]]
  }
}

interface LadderInput {
  readonly settings: PlanSettings
  readonly now: number
}

function atRisk(state: PlanState): Rung[][] {
  const offline = state.replicas.filter(({ online, spare }) => !online && !spare)
  const missing = state.replicas.filter(({ copy, online, spare }) => copy === 'missing' && online && !spare)
  const ladders = [
    ...missing.map(({ name }) => replicaRungs(name, state)),
    ...offline.map(({ name }) => nodeRungs(name, state)),
  ]
  return ladders.length === 0 ? [[]] : ladders
}
