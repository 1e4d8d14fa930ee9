import { errorCode, type Findings, type Lease } from '@domainsync/core'
import type { Progress } from '@domainsync/journal'
import { isHold } from '../act/publish-hold.ts'
import type { AgentDomain } from '../agent-domain.ts'
import { checkedFreezes } from '../approve/checked-freezes.ts'
import { diagnose } from '../diagnose/diagnose.ts'
import { LeaseHolder } from '../lease/lease-holder.ts'
import { parseProcessOwner } from '../lease/process-owner.ts'
import { enqueue } from '../notifiers/message-route.ts'
import { sentence } from '../observe/no-answer.ts'
import { observeChain } from '../observe/observe-chain.ts'
import { rememberVerification } from '../observe/remembered-verification.ts'
import type { VerifyRelease } from '../observe/verification.ts'
import { verifyInTime } from '../observe/verify-in-time.ts'
import { type Action, isRepair } from '../plan/action.ts'
import { APPROVED, recordObservation } from '../plan/action-record.ts'
import { activeFreezes } from '../plan/freezes.ts'
import { warningMessage } from '../plan/messages.ts'
import { plan } from '../plan/plan.ts'
import { HOUR_MS } from '../plan/plan-settings.ts'
import { ActionRunner } from './action-runner.ts'
import { keyWarnings, whyReadOnly } from './agent-key.ts'
import type { AgentPorts } from './agent-ports.ts'
import type { AgentSettings } from './agent-settings.ts'
import { DomainMemory } from './domain-memory.ts'
import { nextIncident } from './next-incident.ts'
import { observeDomain, type Sight, targetOf } from './observe-domain.ts'
import type { ActionReport, DomainReport } from './pass-report.ts'
import { dueAt, markSkipped, nextPassAt } from './pass-schedule.ts'
import { planStateOf } from './plan-state-of.ts'
import { probesOf } from './probe-list.ts'
import { failedReport, reportOf } from './report-of.ts'
import { UpdateExaminer } from './update-examiner.ts'

/** Probes that are due within this time go along with the pass, in milliseconds. */
const TOGETHER_MS = 100
export interface PassOptions {
  /** Do what the plan says. Without it nothing is written anywhere. */
  readonly repair: boolean
  /** All probes, due or not. */
  readonly force: boolean
  readonly signal: AbortSignal
}

export interface DomainAgentOptions {
  readonly ports: AgentPorts
  readonly settings: AgentSettings
  readonly owner: string
  /** Repairs of all domains in the last hour. */
  readonly repairsInAll: () => number
  readonly onProgress: ((progress: Progress) => void) | undefined
}

/** Keeps one domain: observe → diagnose → plan → act → record. */
export class DomainAgent {
  readonly domain: AgentDomain
  readonly #ports: AgentPorts
  readonly #settings: AgentSettings
  readonly #lease: LeaseHolder
  readonly #verify: VerifyRelease
  readonly #repairsInAll: () => number
  readonly #runner: ActionRunner
  readonly #updates: UpdateExaminer | undefined
  #memory: DomainMemory | undefined
  #epoch = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(domain: AgentDomain, { ports, settings, owner, repairsInAll, onProgress }: DomainAgentOptions) {
    this.domain = domain
    this.#ports = ports
    this.#settings = settings
    this.#repairsInAll = repairsInAll
    this.#verify = rememberVerification(verifyInTime(ports.tools.verifierFor(domain), settings.verifyTimeoutMs))
    const { clock, store, tools } = ports
    this.#updates = ports.publishRequests && new UpdateExaminer(domain, { tools, verify: this.#verify, clock })
    this.#lease = new LeaseHolder(domain.name, { leases: store.leases, clock, owner, durationMs: settings.leaseMs })
    this.#runner = new ActionRunner(domain, { ports, settings, lease: this.#lease, onProgress })
  }

  /** One pass; passes of one domain follow each other. Only an abort rejects: any other failure stands in the report. */
  pass(options: PassOptions): Promise<DomainReport> {
    const next = this.#last.then(() => this.#contained(options))
    this.#last = next.catch(() => {})
    return next
  }

  /** Repairs tried in the last hour. */
  repairs(now: number): number {
    return (this.#memory?.records(now) ?? []).filter(({ kind, at }) => isRepair(kind) && at > now - HOUR_MS).length
  }

  release(): Promise<void> {
    return this.#lease.release()
  }

  async #contained(options: PassOptions): Promise<DomainReport> {
    const { signal, repair } = options
    const alive = new AbortController()
    try {
      signal.throwIfAborted()
      const lease = repair ? await this.#lease.hold() : undefined
      if (lease !== undefined) void this.#lease.keepAlive(alive.signal)
      return await this.#pass({ ...options, lease })
    } catch (error) {
      signal.throwIfAborted()
      return await this.#failed(error, repair)
    } finally {
      alive.abort()
    }
  }

  async #pass({ force, repair, signal, lease }: PassOptions & { lease: Lease | undefined }): Promise<DomainReport> {
    const { ports, settings, domain } = { ports: this.#ports, settings: this.#settings, domain: this.domain }
    const { clock, store } = ports
    const memory = await this.#remember(lease)
    const context = { domain: domain.name, vantage: 'agent', clock, timeoutMs: settings.probeTimeoutMs, signal }
    const { observation, state, safe } = await observeChain(ports.chain, domain.name, {
      ...context,
      safeDepth: settings.safeDepth,
    })
    memory.add([observation])
    let running = await store.journal.running(domain.name)
    let error =
      lease === undefined && repair
        ? leaseHeld(await this.#lease.holder())
        : unregistered(observation.value, domain.name)
    const frozen = activeFreezes(checkedFreezes(memory.findings.freezes, { place: ports.network, trust: state?.trust }))
    if (lease !== undefined && state !== undefined && frozen.length === 0) {
      error ??= await this.#runner.resume(running, { lease, memory, state, signal })
      running = await store.journal.running(domain.name)
    }

    const probes = probesOf(domain)
    const startedAt = clock.now()
    const scheduled = { domain, memory, settings }
    const due = (probe: string) => force || dueAt(probe, scheduled) <= startedAt + TOGETHER_MS
    const target = state?.head.live === 0 ? undefined : targetOf(memory.live?.value)
    const publishing = running.some(({ kind }) => kind === 'publish')
    const { tools } = ports
    const look = {
      domain,
      memory,
      settings,
      tools,
      verify: this.#verify,
      updates: this.#updates,
      context,
      due,
      publishing,
    }
    const sight: Sight = target === undefined ? NOTHING : await observeDomain(look, { target, state, safe })
    markSkipped(scheduled, { startedAt, context })

    const now = clock.now()
    const liveSince = memory.live?.since ?? 0
    const { maxAgeMs, vantages } = settings
    const before = memory.findings
    const conditions = diagnose(
      memory.all(),
      { domain: domain.name, probes, open: before.conditions, liveSince, vantages, maxAgeMs },
      now,
    )
    const incident = nextIncident(before.incident, conditions, { domain: domain.name, now })
    const place = ports.network
    const freezes = checkedFreezes(before.freezes, { place, trust: state?.nextTrust })
    const approvals = freezes
      .filter(({ thawSignature }) => thawSignature !== undefined)
      .map(({ id }) =>
        recordObservation(domain.name, { kind: APPROVED, subject: id, at: now, ok: true }, 'A person approved.'),
      )
    memory.add(approvals)
    memory.findings = { ...before, conditions, incident, freezes }
    const decided = plan(
      conditions,
      planStateOf({
        domain,
        memory,
        settings,
        state,
        targetRoot: target && `${target.root}`,
        candidates: sight.candidates,
        repairsInAll: this.#repairsInAll(),
        publishBlocked: running.some(isHold),
        chainReadOnly: whyReadOnly(ports, state),
        now,
      }),
      { now, settings },
    )
    memory.findings = { ...memory.findings, freezes: decided.freezes }
    if (lease !== undefined) {
      await store.history.append([observation, ...sight.observations, ...approvals])
      await store.history.save(memory.findings, { epoch: lease.epoch })
    }
    const warnings = keyWarnings(ports.healer, state)
    const warned = warnings.flatMap((warning) => warningMessage(domain.name, warning, memory.records(now)) ?? [])
    const actions =
      lease === undefined
        ? decided.actions.map(planned)
        : await this.#runner.run([...decided.actions, ...warned, ...healedBy(before, memory.findings)], {
            lease,
            memory,
            state,
            signal,
          })
    const held = repair && lease === undefined
    const nextAt = nextPassAt(scheduled, { plan: decided, now: clock.now(), held, idle: target === undefined })
    const { candidates } = sight
    return reportOf({
      domain,
      memory,
      settings,
      state,
      candidates,
      plan: decided,
      actions,
      warnings,
      error,
      now,
      nextAt,
    })
  }

  /** Loaded at the first pass, and again when another agent may have written meanwhile. */
  async #remember(lease: Lease | undefined): Promise<DomainMemory> {
    const { store, clock } = this.#ports
    const { history } = store
    const moment = { now: clock.now(), monotonic: clock.monotonic() }
    // The next epoch is our own again: nobody had the lease in between.
    const ours = this.#epoch > 0 && lease !== undefined && lease.epoch <= this.#epoch + 1
    if (this.#memory === undefined || (lease !== undefined && !ours)) {
      const { maxAgeMs } = this.#settings
      const probes = probesOf(this.domain)
      this.#memory = await DomainMemory.load(history, this.domain.name, { probes, maxAgeMs, ...moment })
      this.#epoch = lease?.epoch ?? this.#epoch
      return this.#memory
    }
    if (lease !== undefined) {
      this.#epoch = lease.epoch
      this.#memory.renew(await history.findings(this.domain.name))
    }
    this.#memory.keepTime(moment)
    return this.#memory
  }

  /** A pass that failed as a whole is loud: a report with its error, and a message. */
  async #failed(cause: unknown, repair: boolean): Promise<DomainReport> {
    const { ports, settings, domain } = { ports: this.#ports, settings: this.#settings, domain: this.domain }
    const now = ports.clock.now()
    const code = errorCode(cause)
    const message = sentence(cause)
    if (repair) {
      const key = `${domain.name}/pass/${code}/${Math.floor(now / HOUR_MS)}`
      const title = `${domain.name}: the agent's pass failed`
      const notification = { key, severity: 'critical' as const, domain: domain.name, title, text: message }
      await enqueue(notification, ports.store.outbox, ports.notifiers).catch(() => {})
    }
    return failedReport(domain.name, { code, message }, { now, nextAt: now + settings.probeEveryMs })
  }
}

const NOTHING: Sight = { observations: [], candidates: [] }

function leaseHeld(lease: Lease | undefined): DomainReport['error'] {
  const owner = lease && parseProcessOwner(lease.owner)
  const who = owner ? `The agent of process ${owner.pid} on ${owner.host}` : 'Another agent'
  return { code: 'LEASE_HELD', message: `${who} has this domain; it was only looked at.` }
}

function unregistered(value: string, name: string): DomainReport['error'] {
  return value === 'unregistered' ? { code: 'NOT_REGISTERED', message: `${name} is not in the registry.` } : null
}

function planned(action: Action): ActionReport {
  return { action, outcome: 'planned', code: null, detail: '', durationMs: 0 }
}

/** The word that an incident is over. */
function healedBy(before: Findings, { incident, domain }: Findings): Action[] {
  if (incident?.closedAt === undefined || before.incident?.closedAt !== undefined || before.incident === undefined)
    return []
  const seconds = Math.round((incident.closedAt - incident.firstBadAt) / 1_000)
  const text = `From the first bad to the third good answer: ${seconds} s.`
  return [{ kind: 'notify', key: `${incident.id}/closed`, severity: 'info', title: `${domain}: healed`, text }]
}
