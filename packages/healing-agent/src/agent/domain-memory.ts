import type { Findings, History, Observation } from '@domainsync/core'
import { probeName } from '../observe/probe-name.ts'
import { ACTION_PROBE, type ActionRecord, recordFromObservation } from '../plan/action-record.ts'
import { DAY_MS } from '../plan/plan-settings.ts'
import { afterJump, clockJump, type Moment, notInFuture } from './clock-jump.ts'
import { sinceWhen } from './live-since.ts'
import type { DnsUpdate } from './update-examiner.ts'

/** Answers remembered per probe; evidence needs 5, the rest bridges unknown ones. */
const MAX_PER_PROBE = 32
/** Records read back after a restart. */
const MAX_RECORDS = 2_000
const CHAIN = probeName('chain')

/** A release that was seen live, and since when. */
export interface SeenLive {
  /** As the chain probe says it: number and root. */
  readonly value: string
  readonly since: number
  /** Another one was seen live before: the change itself was seen, not only that it had happened. */
  readonly witnessed: boolean
}

/**
 * What the agent remembers of one domain: loaded from the history once, then kept beside it. Only the holder of the domain's
 * lease writes, so both stay the same; a look without a lease keeps what it saw to itself.
 */
export class DomainMemory {
  readonly domain: string
  findings: Findings
  /** When the last action on the domain ended. */
  actedAt: number | undefined
  /** The signed release that DNS names, as the last look at it found. */
  update: DnsUpdate | undefined
  /** When blocks were last read back, by replica probe. */
  readonly provenAt = new Map<string, number>()
  readonly #observations = new Map<string, Observation[]>()
  #records: ActionRecord[] = []
  #live: SeenLive | undefined
  /** Before this, bad answers may have been forgotten. */
  #goodSince = Number.NEGATIVE_INFINITY

  #moment: Moment

  private constructor(findings: Findings, moment: Moment) {
    this.domain = findings.domain
    this.findings = notInFuture(findings, { jumpMs: 0, now: moment.now })
    this.#moment = moment
  }

  /** What a clock that was ahead wrote is left out, but for the tries: those count as made just now. */
  static async load(
    history: History,
    domain: string,
    { probes, maxAgeMs, ...moment }: LoadOptions,
  ): Promise<DomainMemory> {
    const { now } = moment
    const memory = new DomainMemory(await history.findings(domain), moment)
    const since = now - maxAgeMs
    for (const probe of probes) {
      const seen = await history.recent({ domain, probe, since, until: now, limit: MAX_PER_PROBE })
      if (seen.length === MAX_PER_PROBE) memory.#goodSince = Math.max(memory.#goodSince, seen.at(-1)!.at)
      memory.add(seen)
    }
    const heads = await history.recent({ domain, probe: CHAIN, since: now - DAY_MS, until: now, limit: MAX_RECORDS })
    const newest = heads.find(({ status }) => status === 'good')
    if (newest !== undefined) {
      const { value } = newest
      const witnessed = heads.some((head) => head.status === 'good' && head.value !== value)
      memory.#live = { value, since: sinceWhen(heads, value, newest.at), witnessed }
      memory.add([newest])
    }
    for (const act of await history.recent({ domain, probe: ACTION_PROBE, since: now - DAY_MS, limit: MAX_RECORDS })) {
      memory.#record({ ...act, at: Math.min(act.at, now) })
    }
    return memory
  }

  /** Takes over what stands in the store, which others may have written to. */
  renew(findings: Findings): void {
    this.findings = notInFuture(findings, { jumpMs: 0, now: this.#moment.now })
  }

  /**
   * Notes the time of a pass. When the clock was set meanwhile, tries keep their true age, so that caps and pauses hold, and answers
   * from what is now the future are dropped, so that they are not waited for.
   */
  keepTime(moment: Moment): void {
    const { now } = moment
    const jumpMs = clockJump(this.#moment, moment)
    this.#moment = moment
    for (const [probe, list] of this.#observations) {
      if (list.some(({ at }) => at > now))
        this.#observations.set(
          probe,
          list.filter(({ at }) => at <= now),
        )
    }
    const moved = (at: number) => afterJump(at, { jumpMs, now })
    this.findings = notInFuture(this.findings, { jumpMs, now })
    this.#records = this.#records.map((record) => ({ ...record, at: moved(record.at) }))
    if (this.#live !== undefined) this.#live = { ...this.#live, since: moved(this.#live.since) }
    if (this.actedAt !== undefined) this.actedAt = moved(this.actedAt)
    for (const [probe, at] of this.provenAt) this.provenAt.set(probe, moved(at))
    this.#goodSince = moved(this.#goodSince)
  }

  /** The release that a quorum last showed. */
  get live(): SeenLive | undefined {
    return this.#live
  }

  /** The live release became so at that time, which counts as having been seen. */
  noteChange(at: number): void {
    if (this.#live !== undefined) this.#live = { ...this.#live, since: Math.min(at, this.#live.since), witnessed: true }
  }

  /** Adds observations in any order. */
  add(observations: readonly Observation[]): void {
    for (const observation of observations) {
      const { probe, status, value, at } = observation
      if (probe === ACTION_PROBE) {
        this.#record(observation)
        continue
      }
      const known = this.of(probe)
      if (known.some((one) => one.at === at && one.vantage === observation.vantage)) continue
      const list = [observation, ...known].sort((a, b) => b.at - a.at)
      this.#observations.set(probe, list.slice(0, MAX_PER_PROBE))
      const isNews = probe === CHAIN && status === 'good' && at >= (known[0]?.at ?? at)
      if (isNews && this.#live?.value !== value) this.#live = { value, since: at, witnessed: this.#live !== undefined }
      if (status === 'bad') this.#goodSince = Math.max(this.#goodSince, at)
    }
  }

  /** One probe's answers, newest first. */
  of(probe: string): readonly Observation[] {
    return this.#observations.get(probe) ?? []
  }

  all(): Observation[] {
    return [...this.#observations.values()].flat()
  }

  /** The newest answer that is not unknown, if it still counts. */
  known(probe: string, since: number): Observation | undefined {
    return this.of(probe).find(({ status, at }) => status !== 'unknown' && at >= since)
  }

  /** Passes in a row, up to now, in which a quorum answered. */
  cleanRounds(): number {
    const known = this.of(CHAIN).filter(({ status }) => status !== 'unknown')
    const bad = known.findIndex(({ status }) => status === 'bad')
    return bad === -1 ? known.length : bad
  }

  /** Since when nothing bad was seen of the live release. */
  goodSince(): number {
    return Math.max(this.#goodSince, this.#live?.since ?? Number.NEGATIVE_INFINITY)
  }

  records(now: number): readonly ActionRecord[] {
    return this.#records.filter(({ at }) => at > now - DAY_MS)
  }

  #record(observation: Observation): void {
    const record = recordFromObservation(observation)
    if (record === undefined) return
    this.#records.push(record)
    if (this.#records.length > 2 * MAX_RECORDS) this.#records.splice(0, MAX_RECORDS)
  }
}

interface LoadOptions extends Moment {
  readonly probes: readonly string[]
  readonly maxAgeMs: number
}
