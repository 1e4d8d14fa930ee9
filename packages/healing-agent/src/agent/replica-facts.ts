import type { AgentDomain } from '../agent-domain.ts'
import { STORED, UNREACHABLE } from '../observe/observe-replica.ts'
import { probeName } from '../observe/probe-name.ts'
import type { ReplicaFact } from '../plan/plan-state.ts'
import type { AgentSettings } from './agent-settings.ts'
import type { DomainMemory } from './domain-memory.ts'

/** A replica as the latest probes saw it, with where it lies. */
export type PlacedReplica = ReplicaFact & { readonly failureDomain: string; readonly countable: boolean }

/** Copies of the live release as the newest known answers show them. The copy on a node that is down does not count. */
export function replicaFacts(
  domain: AgentDomain,
  memory: DomainMemory,
  { maxAgeMs }: Pick<AgentSettings, 'maxAgeMs'>,
  now: number,
): PlacedReplica[] {
  const oldest = now - maxAgeMs
  const since = Math.max(memory.live?.since ?? 0, oldest)
  return domain.replicas.map(({ replica, tier, spare = false, restart }) => {
    const { name, failureDomain } = replica
    const countable = replica.evidence === 'stored'
    const seen = memory.known(probeName('replica', name), since)
    const node = memory.known(probeName('node', name), oldest)
    const online = node?.status !== 'bad' && seen?.value !== UNREACHABLE
    const copy = !online || seen?.status === 'bad' ? 'missing' : copyOf(seen?.value, spare)
    const can = {
      upload: replica.upload !== undefined,
      pull: replica.pull !== undefined && (domain.origins ?? []).length > 0,
      restart: restart !== undefined,
    }
    return { name, failureDomain, countable, tier, spare, copy, online, can }
  })
}

/** Only bytes read back from the provider alone count as stored; an unproven spare holds nothing. */
function copyOf(value: string | undefined, spare: boolean): ReplicaFact['copy'] {
  if (value === STORED) return 'stored'
  return spare ? 'missing' : 'unknown'
}
