import { type DomainState, errorCode, type Findings, type Lease, type Operation } from '@domainsync/core'
import type { ActContext } from '../act/act-context.ts'
import { executeAction } from '../act/execute-action.ts'
import { isHold } from '../act/publish-hold.ts'
import { isResumable, resumeHealOperation } from '../act/run-heal-operation.ts'
import type { AgentDomain } from '../agent-domain.ts'
import { diagnose } from '../diagnose/diagnose.ts'
import { enqueue } from '../notifiers/message-route.ts'
import { sentence } from '../observe/no-answer.ts'
import { observeChain } from '../observe/observe-chain.ts'
import { type ObserveContext, observed } from '../observe/observe-context.ts'
import { PROBE_CONDITIONS, parseProbeName, probeName } from '../observe/probe-name.ts'
import { rememberVerification } from '../observe/remembered-verification.ts'
import type { VerifyRelease } from '../observe/verification.ts'
import { type Action, actionSubject, isMessage, isRepair } from '../plan/action.ts'
import { recordObservation } from '../plan/action-record.ts'
import { type Plan, plan } from '../plan/plan.ts'
import { HOUR_MS } from '../plan/plan-settings.ts'
import { nextProbeAt } from '../schedule/next-probe.ts'
import type { AgentPorts } from './agent-ports.ts'
import type { AgentSettings } from './agent-settings.ts'
import { DomainMemory } from './domain-memory.ts'
import { LeaseHolder } from './lease-holder.ts'
import { nextIncident } from './next-incident.ts'
import { observeDomain, type Sight, targetOf } from './observe-domain.ts'
import type { ActionReport, DomainReport } from './pass-report.ts'
import { planStateOf } from './plan-state-of.ts'
import { probesOf } from './probe-list.ts'
import { failedReport, reportOf } from './report-of.ts'

/** Probes that are due within this time go along with the pass, in milliseconds. */
const TOGETHER_MS = 100
/** Codes that say the world changed since the plan: nothing was tried, the next pass decides anew. */
const STALE = new Set(['PLAN_STALE', 'PUBLISH_RUNNING', 'LEASE_LOST', 'OPERATION_RUNNING'])

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
}

/** Keeps one domain: observe → diagnose → plan → act → record. */
export class DomainAgent {
  readonly domain: AgentDomain
  readonly #ports: AgentPorts
  readonly #settings: AgentSettings
  readonly #lease: LeaseHolder
  readonly #verify: VerifyRelease
  readonly #repairsInAll: () => number
  #memory: DomainMemory | undefined
  #epoch = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(domain: AgentDomain, { ports, settings, owner, repairsInAll }: DomainAgentOptions) {
    this.domain = domain
    this.#ports = ports
    this.#settings = settings
    this.#repairsInAll = repairsInAll
    this.#verify = rememberVerification(ports.tools.verifierFor(domain))
    const { clock, store } = ports
    this.#lease = new LeaseHolder(domain.name, { leases: store.leases, clock, owner, durationMs: settings.leaseMs })
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
    let error = lease === undefined && repair ? LEASE_HELD : unregistered(observation.value, domain.name)
    if (lease !== undefined && state !== undefined) {
      error ??= await this.#resume(running, { lease, memory, signal })
      running = await store.journal.running(domain.name)
    }

    const probes = probesOf(domain)
    const startedAt = clock.now()
    const due = (probe: string) => force || this.#dueAt(probe, memory) <= startedAt + TOGETHER_MS
    const target = state?.head.live === 0 ? undefined : targetOf(memory.live?.value)
    const publishing = running.some(({ kind }) => kind === 'publish')
    const look = { domain, memory, settings, tools: ports.tools, verify: this.#verify, context, due, publishing }
    const sight: Sight = target === undefined ? NOTHING : await observeDomain(look, { target, state, safe })
    this.#markSkipped(probes, { memory, startedAt, context })

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
    memory.findings = { ...before, conditions, incident }
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
        canTransact: ports.transactor !== undefined,
        now,
      }),
      { now, settings },
    )
    memory.findings = { ...memory.findings, freezes: decided.freezes }
    if (lease !== undefined) {
      await store.history.append([observation, ...sight.observations])
      await this.#save(memory, lease)
    }
    const actions =
      lease === undefined
        ? decided.actions.map(planned)
        : await this.#act(decided, { lease, memory, state, signal, healed: healedBy(before, memory.findings) })
    const nextAt = this.#nextAt(memory, decided, {
      now: clock.now(),
      lost: repair && lease === undefined,
      idle: target === undefined,
    })
    const { candidates } = sight
    return reportOf({ domain, memory, settings, state, candidates, plan: decided, actions, error, now, nextAt })
  }

  /** Loaded at the first pass, and again when another agent may have written meanwhile. */
  async #remember(lease: Lease | undefined): Promise<DomainMemory> {
    const { history } = this.#ports.store
    const stale = lease !== undefined && lease.epoch !== this.#epoch
    if (this.#memory === undefined || stale) {
      const { maxAgeMs } = this.#settings
      const now = this.#ports.clock.now()
      this.#memory = await DomainMemory.load(history, this.domain.name, {
        probes: probesOf(this.domain),
        now,
        maxAgeMs,
      })
      this.#epoch = lease?.epoch ?? this.#epoch
    } else if (lease !== undefined) {
      this.#memory.findings = await history.findings(this.domain.name)
    }
    return this.#memory
  }

  async #save(memory: DomainMemory, { epoch }: Lease): Promise<void> {
    const { history } = this.#ports.store
    // A person may have approved while this pass ran.
    const { freezes } = await history.findings(this.domain.name)
    const approved = (id: string) => freezes.find((freeze) => freeze.id === id)?.thawSignature
    const merged = memory.findings.freezes.map((freeze) => ({
      ...freeze,
      thawSignature: freeze.thawSignature ?? approved(freeze.id),
    }))
    memory.findings = { ...memory.findings, freezes: merged }
    await history.save(memory.findings, { epoch })
  }

  /** Finishes what a crash left in the journal. */
  async #resume(
    running: readonly Operation[],
    at: { lease: Lease; memory: DomainMemory; signal: AbortSignal },
  ): Promise<DomainReport['error']> {
    for (const operation of running.filter(isResumable)) {
      try {
        await resumeHealOperation(operation, this.#actContext({ ...at, attempt: 0 }))
        at.memory.actedAt = this.#ports.clock.now()
      } catch (error) {
        at.signal.throwIfAborted()
        return { code: errorCode(error), message: sentence(error) }
      }
    }
    return null
  }

  async #act(
    { actions }: Plan,
    at: {
      lease: Lease
      memory: DomainMemory
      state: DomainState | undefined
      signal: AbortSignal
      healed: Action | undefined
    },
  ): Promise<ActionReport[]> {
    const reports: ActionReport[] = []
    for (const action of [...actions, ...(at.healed === undefined ? [] : [at.healed])]) {
      const report = await this.#do(action, at)
      reports.push(report)
      if (report.outcome === 'skipped') continue
      const { clock, store } = this.#ports
      const record = {
        kind: action.kind,
        subject: actionSubject(action),
        at: clock.now(),
        ok: report.outcome === 'done',
      }
      const observation = recordObservation(this.domain.name, record, report.detail)
      at.memory.add([observation])
      await store.history.append([observation])
      if (!isMessage(action)) at.memory.actedAt = clock.now()
    }
    return reports
  }

  async #do(
    action: Action,
    at: { lease: Lease; memory: DomainMemory; state: DomainState | undefined; signal: AbortSignal },
  ): Promise<ActionReport> {
    const { clock, store, notifiers } = this.#ports
    const startedAt = clock.monotonic()
    const done = (outcome: ActionReport['outcome'], detail: string, code: string | null = null): ActionReport => {
      return { action, outcome, code, detail, durationMs: clock.monotonic() - startedAt }
    }
    try {
      if (isMessage(action)) {
        const { key, severity, title, text } = action
        await enqueue({ key, severity, domain: this.domain.name, title, text }, store.outbox, notifiers)
        return done('done', text)
      }
      const tries = at.memory
        .records(clock.now())
        .filter(({ kind, subject }) => kind === action.kind && subject === actionSubject(action))
      const context = this.#actContext({ ...at, attempt: tries.length })
      return done('done', await executeAction(action, context, at.state?.head.seq ?? 0))
    } catch (error) {
      at.signal.throwIfAborted()
      const code = errorCode(error)
      return done(STALE.has(code) ? 'skipped' : 'failed', sentence(error), code)
    }
  }

  #actContext({
    lease,
    memory,
    attempt,
    signal,
  }: {
    lease: Lease
    memory: DomainMemory
    attempt: number
    signal: AbortSignal
  }): ActContext {
    const { network, chain, clock, store, transactor, tools } = this.#ports
    const { actionTimeoutMs } = this.#settings
    const { epoch } = lease
    const rank = (name: string) => (memory.of(probeName('replica', name))[0]?.status === 'good' ? 0 : 1)
    return {
      domain: this.domain,
      network,
      chain,
      clock,
      journal: store.journal,
      transactions: store.transactions,
      transactor,
      tools,
      incident: memory.findings.incident?.id ?? this.domain.name,
      attempt,
      fence: { epoch },
      holdLease: () => this.#lease.require(epoch),
      survivors: (except) =>
        this.domain.replicas
          .filter(({ replica }) => !except.includes(replica.name))
          .sort((a, b) => rank(a.replica.name) - rank(b.replica.name))
          .map(({ replica }) => replica.source),
      signal: AbortSignal.any([signal, AbortSignal.timeout(actionTimeoutMs)]),
      timeoutMs: actionTimeoutMs,
    }
  }

  #dueAt(probe: string, memory: DomainMemory): number {
    const parsed = parseProbeName(probe)
    if (parsed === undefined || parsed.kind === 'content') return Number.POSITIVE_INFINITY
    const type = PROBE_CONDITIONS[parsed.kind]
    const open = memory.findings.conditions.some((one) => one.type === type && one.subject === parsed.subject)
    const { probeEveryMs } = this.#settings
    return nextProbeAt(probe, memory.of(probe), {
      probeEveryMs,
      open,
      liveSince: memory.live?.since ?? 0,
      actedAt: memory.actedAt,
    })
  }

  /** A probe that was due and could not be asked is unknown for now; it comes up again a cadence later. */
  #markSkipped(
    probes: readonly string[],
    { memory, startedAt, context }: { memory: DomainMemory; startedAt: number; context: ObserveContext },
  ): void {
    for (const probe of probes) {
      if (this.#dueAt(probe, memory) > startedAt) continue
      memory.add([
        observed(context, probe, { status: 'unknown', value: '?', evidence: 'It could not be asked in this pass.' }),
      ])
    }
  }

  #nextAt(
    memory: DomainMemory,
    { ladders }: Plan,
    { now, lost, idle }: { now: number; lost: boolean; idle: boolean },
  ): number {
    if (lost) return now + this.#settings.leaseMs / 2
    if (idle) return now + this.#settings.probeEveryMs
    const waits = ladders.flatMap(({ position }) => (position.kind === 'wait' ? [position.until] : []))
    const probes = probesOf(this.domain).map((probe) => this.#dueAt(probe, memory))
    return Math.max(now, Math.min(...probes, ...waits, now + this.#settings.probeEveryMs))
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

const NOTHING: Sight = { observations: [], candidates: [], verification: undefined }

const LEASE_HELD = { code: 'LEASE_HELD', message: 'Another agent has this domain; it was only looked at.' }

function unregistered(value: string, name: string): DomainReport['error'] {
  return value === 'unregistered' ? { code: 'NOT_REGISTERED', message: `${name} is not in the registry.` } : null
}

function planned(action: Action): ActionReport {
  return { action, outcome: 'planned', code: null, detail: '', durationMs: 0 }
}

/** The word that an incident is over. */
function healedBy(before: Findings, { incident, domain }: Findings): Action | undefined {
  if (incident?.closedAt === undefined || before.incident?.closedAt !== undefined || before.incident === undefined)
    return undefined
  const seconds = Math.round((incident.closedAt - incident.firstBadAt) / 1_000)
  const text = `From the first bad to the third good answer: ${seconds} s.`
  return { kind: 'notify', key: `${incident.id}/closed`, severity: 'info', title: `${domain}: healed`, text }
}
