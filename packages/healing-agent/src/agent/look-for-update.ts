import { type DomainState, LANE_FEED, LANE_PUBLISHING, type Observation } from '@domainsync/core'
import type { UpdateStanding } from '../observe/observe-dns.ts'
import { type ActionRecord, recordObservation } from '../plan/action-record.ts'
import { UPDATE_SEEN, updateProgress } from '../plan/dns-update.ts'
import type { Look } from './look.ts'

/**
 * Answers whether a root that DNS names is a signed release on its way to the chain, and remembers it. `seen` gets the record of
 * the first sight, from which the wait counts.
 */
export function lookForUpdate(
  { domain, memory, updates, context }: Look,
  state: DomainState | undefined,
): { update: (value: string) => Promise<UpdateStanding | undefined>; seen: readonly Observation[] } {
  const seen: Observation[] = []
  const before = memory.update
  memory.update = undefined
  const isRecorded = (root: string, now: number) =>
    memory.records(now).some(({ kind, subject }) => kind === UPDATE_SEEN && subject === root)

  const update = async (root: string): Promise<UpdateStanding | undefined> => {
    const { signal, timeoutMs, clock } = context
    const now = clock.now()
    if (state === undefined) {
      // Without a quorum nothing new is believed, and what was verified is not forgotten.
      if (!isRecorded(root, now)) return undefined
      if (before?.root === root) memory.update = before
      return standing(`TXT ${root} is a signed release`, root, { records: memory.records(now), now })
    }
    const found = await updates?.examine(root, state, { signal, timeoutMs })
    if (found === undefined) return undefined
    const what = `TXT ${root} is signed release ${found.release}`
    if ((state.head.paused & (LANE_PUBLISHING | LANE_FEED)) !== 0) {
      return { waits: false, evidence: `${what}, but publishing is paused on chain.` }
    }
    if (!isRecorded(root, now)) {
      const record = { kind: UPDATE_SEEN, subject: root, at: now, ok: true }
      seen.push(recordObservation(domain.name, record, `${what}; it is not on chain.`))
      memory.add(seen)
    }
    const answer = standing(what, root, { records: memory.records(now), now })
    if (answer.waits) memory.update = found
    return answer
  }
  return { update, seen }
}

function standing(
  what: string,
  root: string,
  { records, now }: { records: readonly ActionRecord[]; now: number },
): UpdateStanding {
  const { state, until } = updateProgress(root, records, now)
  const limit = new Date(until).toISOString().slice(11, 16)
  switch (state) {
    case 'refused':
      return { waits: false, evidence: `${what}, but the publisher refused it.` }
    case 'late':
      return { waits: false, evidence: `${what}, but it was not published within 10 minutes.` }
    case 'seen':
      return { waits: true, evidence: `${what}, to be handed to the publisher. From ${limit}Z on it counts as drift.` }
    case 'submitted':
      return { waits: true, evidence: `${what}, and the publisher has it. From ${limit}Z on it counts as drift.` }
  }
}
