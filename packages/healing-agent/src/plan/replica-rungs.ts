import type { PlanState, ReplicaFact } from './plan-state.ts'
import { met, none, type Rung, type RungAction, ready, soon } from './rung.ts'

/** A lost copy: re-pin, then upload again from a survivor, then a spare provider. */
export function replicaRungs(name: string, state: PlanState): Rung[] {
  const replica = state.replicas.find((fact) => fact.name === name)
  const able = (can: boolean, kind: 'repin' | 'reupload'): RungAction => {
    const root = state.repairRoot
    if (root === undefined) return none('no release is known yet')
    if (!can) return none(`${name} cannot ${kind === 'repin' ? 'fetch it by itself' : 'be uploaded to'}`)
    // A node that restarts is waited for; what it lost shows when it answers again.
    if (replica?.online === false) return soon(`${name} does not answer`)
    return ready({ kind, replica: name, root })
  }
  // One that takes no uploads has no other way back.
  const pulls = replica?.can.upload === true ? 1 : 2
  return [
    { kind: 'repin', subject: name, tries: pulls, what: able(replica?.can.pull ?? false, 'repin') },
    { kind: 'reupload', subject: name, tries: 2, what: able(replica?.can.upload ?? false, 'reupload') },
    { kind: 'spareProvider', subject: name, tries: 2, what: spare(name, state) },
  ]
}

/**
 * A tier-1 node that is down: started where we can, and the other replicas raised meanwhile. Where we cannot, its supervisor gets a
 * minute to do so before a person is woken.
 */
export function nodeRungs(name: string, state: PlanState): Rung[] {
  const canStart = state.replicas.find((fact) => fact.name === name)?.can.restart === true
  const what = canStart ? ready({ kind: 'restart', replica: name }) : soon(`${name} cannot be started from here`)
  const restart: Rung = { kind: 'restart', subject: name, tries: 2, what }
  const others: Rung = { kind: 'raise', subject: name, tries: 2, what: raise(name, state) }
  return canStart ? [restart, others] : [others, restart]
}

/** The live release again to the nodes that readers are served from. Never another release. */
export function redeployRung(state: PlanState): Rung {
  const root = state.repairRoot
  const replicas = state.replicas.filter(({ tier, can }) => tier === 1 && can.upload).map(({ name }) => name)
  const what =
    root === undefined || replicas.length === 0
      ? none('there is no own node to upload to')
      : ready({ kind: 'redeploy', replicas, root })
  return { kind: 'redeploy', subject: '', tries: 2, what }
}

function spare(name: string, state: PlanState): RungAction {
  const root = state.repairRoot
  if (root === undefined) return none('no release is known yet')
  const found = state.replicas.find((fact) => isFree(fact) && fact.name !== name)
  if (found === undefined) return none('no spare provider is left')
  return ready({ kind: 'spareProvider', replica: name, spare: found.name, root })
}

function raise(offline: string, state: PlanState): RungAction {
  const root = state.repairRoot
  if (root === undefined) return none('no release is known yet')
  const others = state.replicas.filter(
    (fact) => fact.name !== offline && fact.online && fact.can.upload && fact.copy !== 'stored' && !unasked(fact),
  )
  const replicas = others.map(({ name }) => name)
  return replicas.length === 0
    ? met('every other replica holds it already')
    : ready({ kind: 'raise', offline, replicas, root })
}

function isFree({ spare: isSpare, copy, online, can }: ReplicaFact): boolean {
  return isSpare && copy !== 'stored' && online && can.upload
}

/** A replica in use whose copy could not be asked for: it may well be there, so nothing is sent. */
function unasked({ spare: isSpare, copy }: ReplicaFact): boolean {
  return !isSpare && copy === 'unknown'
}
