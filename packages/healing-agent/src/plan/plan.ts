import type { Condition, ConditionType, Freeze } from '@domainsync/core'
import { type Action, actionSubject, isPointerAction, isRepair } from './action.ts'
import { approvedAt } from './action-record.ts'
import { climb, type LadderPosition, PATIENCE_MS } from './climb.ts'
import { updateAction } from './dns-update.ts'
import { activeFreezes, exhausted, nextFreezes } from './freezes.ts'
import { keepAction } from './keep-action.ts'
import { laddersOf } from './ladder.ts'
import { opened, page, pageFrozen, redeploying, updateFound } from './messages.ts'
import { DAY_MS, HOUR_MS, PLAN_DEFAULTS, type PlanSettings } from './plan-settings.ts'
import type { PlanState } from './plan-state.ts'

/** What one pass decided: what to do, in order, and what blocks pointers from now on. */
export interface Plan {
  readonly actions: readonly Action[]
  readonly ladders: readonly ConditionLadder[]
  readonly freezes: readonly Freeze[]
}

/** How far the repair of one condition has come. */
export interface ConditionLadder {
  readonly type: ConditionType
  readonly subject: string
  readonly position: LadderPosition
}

/** The order in which conditions get the one pointer action of a pass. */
const PRIORITY: readonly ConditionType[] = [
  'ContentAtRisk',
  'NodeOffline',
  'ReplicaLost',
  'HashMismatch',
  'ReleaseUnverifiable',
  'ReleaseBad',
  'DnsDrift',
  'TrustChanging',
  'FeedMismatch',
  'ChecksFailing',
  'ChainNoQuorum',
]

/** Conditions about the live release; what was seen of another says nothing about it. */
const OF_LIVE: ReadonlySet<ConditionType> = new Set([
  'ContentAtRisk',
  'ReplicaLost',
  'HashMismatch',
  'ReleaseUnverifiable',
  'ReleaseBad',
  'DnsDrift',
  'ChecksFailing',
])

/** Conditions that say nothing of the live release: it is kept all the same. */
const BESIDE_THE_RELEASE: ReadonlySet<ConditionType> = new Set(['TrustChanging', 'FeedMismatch'])

const ANOTHER: LadderPosition = {
  kind: 'blocked',
  step: 1,
  of: 1,
  reason: 'another release is live now; the next probes tell whether that mended it',
}

/** Conditions whose failed repair says something about the release; when nothing mended them, the failure is logged on chain. */
const LOGGED: ReadonlySet<ConditionType> = new Set(['ReleaseUnverifiable', 'ReleaseBad', 'HashMismatch'])

/** Conditions whose repairs add copies: a copy that is lost again within the hour was not lost, or is lost for good. */
const DAMPED: ReadonlySet<ConditionType> = new Set(['NodeOffline', 'ReplicaLost', 'ContentAtRisk', 'HashMismatch'])

/**
 * Decides the repairs of one domain. Pure: the same conditions, state and time give the same plan. At most one pointer action
 * a pass, none while frozen; additive ones go on; every ladder ends with a person.
 */
export function plan(
  conditions: readonly Condition[],
  state: PlanState,
  { now, settings = PLAN_DEFAULTS }: { now: number; settings?: PlanSettings },
): Plan {
  const draft = new Draft(conditions, state, { now, settings })
  const ordered = [...conditions].sort((a, b) => PRIORITY.indexOf(a.type) - PRIORITY.indexOf(b.type))
  for (const condition of ordered) draft.repair(condition)
  draft.hold(conditions.some(({ type }) => type === 'ContentAtRisk'))
  draft.publish(updateAction(state, { now, settings }))
  const keep = keepAction(state, {
    now,
    settings,
    healthy: conditions.every(({ type }) => BESIDE_THE_RELEASE.has(type)),
  })
  if (keep !== undefined) draft.add(keep)
  return draft.finish()
}

/** A plan while it is made: keeps count of caps, freezes and the one pointer action. */
class Draft {
  readonly #state: PlanState
  readonly #settings: PlanSettings
  readonly #now: number
  readonly #actions: Action[] = []
  readonly #ladders: ConditionLadder[] = []
  #freezes: readonly Freeze[]

  constructor(conditions: readonly Condition[], state: PlanState, { now, settings }: Limits) {
    this.#state = state
    this.#settings = settings
    this.#now = now
    const { domain, cleanRounds } = state
    this.#freezes = nextFreezes(state.freezes, { domain, conditions, cleanRounds, now })
  }

  repair(condition: Condition): void {
    const limits = { settings: this.#settings, now: this.#now }
    const { records } = this.#state
    this.#tell(opened(condition, { records, ...limits }))
    const countFrom = Math.max(this.#firstTry(condition), this.#firstOf(condition), approvedAt(records))
    const input = { records, since: condition.since, countFrom, ...limits }
    for (const rungs of laddersOf(condition, this.#state, limits)) {
      const position = this.#isOfAnother(condition) ? ANOTHER : this.#take(condition, climb(rungs, input))
      this.#ladders.push({ type: condition.type, subject: condition.subject, position })
    }
  }

  /** Seen of a release that is live no more: nothing is done, and nobody woken, before the new one's answers are in. */
  #isOfAnother({ type, since }: Condition): boolean {
    const { liveSince } = this.#state
    return OF_LIVE.has(type) && since < liveSince && this.#now - liveSince < PATIENCE_MS
  }

  /** A condition that comes and goes goes on where its ladder was: a probe that is wrong now and then starts no storm. */
  #firstTry({ type, since }: Condition): number {
    return DAMPED.has(type) ? Math.min(since, this.#now - this.#settings.ladderRestMs) : since
  }

  /** What was tried for the release before says nothing about this one. */
  #firstOf({ type }: Condition): number {
    return OF_LIVE.has(type) ? this.#state.liveSince : Number.NEGATIVE_INFINITY
  }

  /** Content at risk holds the publisher off in the journal until the copies are back. */
  hold(atRisk: boolean): void {
    if (atRisk && !this.#state.publishBlocked) this.#actions.push({ kind: 'blockPublishing' })
    if (!atRisk && this.#state.publishBlocked) this.#actions.push({ kind: 'unblockPublishing' })
  }

  /** Asks for a DNS update to be published. */
  publish(request: Action | undefined): void {
    const { domain, update, records } = this.#state
    if (request === undefined || update === undefined || this.add(request) !== undefined) return
    this.#tell(updateFound(domain, update, records))
  }

  /** Adds the action unless a freeze, a cap or the pass's pointer action is in the way; the reason when one is. */
  add(action: Action): string | undefined {
    const name = (one: Action) => `${one.kind} ${actionSubject(one)}`
    if (this.#actions.some((planned) => name(planned) === name(action))) return undefined
    if (isPointerAction(action)) {
      const [freeze] = activeFreezes(this.#freezes)
      if (freeze !== undefined) return `the domain is frozen (${freeze.cause})`
      if (this.#actions.some(isPointerAction)) return 'another pointer action goes first'
    }
    if (isRepair(action.kind) && this.#repairsLeft() <= 0) {
      const evidence = this.#capReached()
      this.#freezes = exhausted(this.#freezes, { domain: this.#state.domain, evidence, now: this.#now })
      return evidence
    }
    this.#actions.push(action)
    return undefined
  }

  finish(): Plan {
    const { domain, records } = this.#state
    for (const { kind, cause } of activeFreezes(this.#freezes)) {
      if (kind === 'sticky')
        this.#tell(pageFrozen(domain, cause, { records, settings: this.#settings, now: this.#now }))
    }
    return { actions: this.#actions, ladders: this.#ladders, freezes: this.#freezes }
  }

  #take(condition: Condition, position: LadderPosition): LadderPosition {
    if (position.kind === 'act') {
      const reason = this.add(position.action)
      if (reason !== undefined) return { kind: 'blocked', step: position.step, of: position.of, reason }
      if (position.action.kind === 'redeploy')
        this.#tell(redeploying(condition, this.#tries('redeploy'), this.#state.records))
    }
    if (position.kind === 'end') this.#giveUp(condition, position.reason)
    return position
  }

  #giveUp(condition: Condition, reason: string): void {
    const { records, head, repairRoot, chainReadOnly } = this.#state
    const today = records.filter(({ kind, at }) => kind === 'logHealthFailure' && at > this.#now - DAY_MS)
    const logged = today.some(({ at }) => at >= condition.since) || today.length >= this.#settings.maxFailureLogsPerDay
    if (
      LOGGED.has(condition.type) &&
      head !== undefined &&
      repairRoot !== undefined &&
      chainReadOnly === undefined &&
      !logged
    ) {
      this.add({ kind: 'logHealthFailure', root: repairRoot, expectedSeq: head.seq })
    }
    this.#tell(page(condition, { reason, records, settings: this.#settings, now: this.#now }))
  }

  #tell(message: Action | undefined): void {
    if (message !== undefined) this.add(message)
  }

  #tries(kind: Action['kind']): number {
    return this.#state.records.filter((record) => record.kind === kind).length
  }

  #capReached(): string {
    const { maxRepairsPerHour, maxRepairsPerHourInAll } = this.#settings
    return this.#state.repairsInAll >= maxRepairsPerHourInAll
      ? `all domains together had the ${maxRepairsPerHourInAll} repairs that an hour allows`
      : `the ${maxRepairsPerHour} repairs that an hour allows are used up`
  }

  #repairsLeft(): number {
    const { records, repairsInAll } = this.#state
    const planned = this.#actions.filter(({ kind }) => isRepair(kind)).length
    const since = Math.max(this.#now - HOUR_MS, approvedAt(records))
    const own = records.filter(({ kind, at }) => isRepair(kind) && at > since).length
    const { maxRepairsPerHour, maxRepairsPerHourInAll } = this.#settings
    return Math.min(maxRepairsPerHour - own, maxRepairsPerHourInAll - repairsInAll) - planned
  }
}

interface Limits {
  readonly settings: PlanSettings
  readonly now: number
}
