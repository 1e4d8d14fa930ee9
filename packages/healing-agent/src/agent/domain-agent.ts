import { errorCode, type Lease, type Operation } from '@domainsync/core'
import type { Progress } from '@domainsync/journal'
import { isInHand } from '../act/roll-back-by-hand.ts'
import { isResumable } from '../act/run-heal-operation.ts'
import type { AgentDomain } from '../agent-domain.ts'
import { checkedFreezes } from '../approve/checked-freezes.ts'
import { LeaseHolder } from '../lease/lease-holder.ts'
import { enqueue } from '../notifiers/message-route.ts'
import { sentence } from '../observe/no-answer.ts'
import { type ChainLook, observeChain } from '../observe/observe-chain.ts'
import type { ObserveContext } from '../observe/observe-context.ts'
import { rememberVerification } from '../observe/remembered-verification.ts'
import type { VerifyRelease } from '../observe/verification.ts'
import { verifyInTime } from '../observe/verify-in-time.ts'
import { type Action, isRepair } from '../plan/action.ts'
import { activeFreezes } from '../plan/freezes.ts'
import { HOUR_MS } from '../plan/plan-settings.ts'
import { ActionRunner } from './action-runner.ts'
import type { AgentPorts } from './agent-ports.ts'
import type { AgentSettings } from './agent-settings.ts'
import { type Decision, decide } from './decide.ts'
import { DomainMemory } from './domain-memory.ts'
import { keeperOf } from './keeper.ts'
import type { Look, Target } from './look.ts'
import { lookAtRegistry } from './look-at-registry.ts'
import { observeDomain, type Sight, targetOf } from './observe-domain.ts'
import type { ActionReport, DomainReport } from './pass-report.ts'
import { dueAt, markSkipped, nextPassAt } from './pass-schedule.ts'
import { probesOf } from './probe-list.ts'
import { recentChange } from './recent-change.ts'
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

/** What the steps of one pass share. */
interface Pass extends PassOptions {
  /** `undefined`: only a look. */
  readonly lease: Lease | undefined
  readonly memory: DomainMemory
  readonly chain: ChainLook
  readonly context: ObserveContext
}

interface Resumed {
  /** Something of what a crash left was gone on with: the head may have moved. */
  readonly resumed: boolean
  readonly failure: DomainReport['error']
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

  async #pass(options: PassOptions & { lease: Lease | undefined }): Promise<DomainReport> {
    const { ports, settings, domain } = { ports: this.#ports, settings: this.#settings, domain: this.domain }
    const { clock, store } = ports
    const { repair, signal, lease } = options
    const memory = await this.#remember(lease)
    const context = { domain: domain.name, vantage: 'agent', clock, timeoutMs: settings.probeTimeoutMs, signal }
    const seen = await this.#readChain(memory, context)
    const { resumed, failure } = await this.#resume({ ...options, memory, chain: seen, context })
    const chain = resumed ? await this.#readChain(memory, context) : seen
    const { observation, state } = chain
    const pass = { ...options, memory, chain, context }
    const running = await store.journal.running(domain.name)
    const target = state?.head.live === 0 ? undefined : targetOf(memory.live?.value)
    const sight = await this.#look(pass, { target, running })
    const { candidates } = sight

    const now = clock.now()
    const repairsInAll = this.#repairsInAll()
    const decision = decide({ domain, memory, settings, ports, state, target, candidates, running, repairsInAll, now })
    if (lease !== undefined) {
      await store.history.append([observation, ...sight.observations, ...decision.approvals])
      await store.history.save(decision.findings, { epoch: lease.epoch })
    }
    const actions = await this.#act(pass, decision)
    const keeper = await keeperOf(this.#lease, clock.now())
    const held = repair && lease === undefined
    const error = (held ? leaseHeld(keeper) : unregistered(observation.value, domain.name)) ?? failure
    const schedule = { plan: decision.plan, now: clock.now(), held, idle: target === undefined }
    const next = nextPassAt({ domain, memory, settings }, schedule)
    const { plan, warnings } = decision
    const found = { domain, memory, settings, state, candidates, running, settling: sight.settling }
    return reportOf({ ...found, plan, actions, warnings, keeper, error, now, next })
  }

  async #readChain(memory: DomainMemory, context: ObserveContext): Promise<ChainLook> {
    const { chain } = this.#ports
    const look = await observeChain(chain, this.domain.name, { ...context, safeDepth: this.#settings.safeDepth })
    const isFirst = memory.live === undefined
    memory.add([look.observation])
    if (isFirst && look.state !== undefined && look.state.head.live !== 0) {
      const { signal, timeoutMs } = context
      const changedAt = await recentChange(chain, look.state, { signal, timeoutMs })
      if (changedAt !== undefined) memory.noteChange(changedAt)
    }
    return look
  }

  /** Finishes what a crash left, unless pointers may not move; the failure, if any. */
  async #resume({ lease, memory, chain: { state }, signal }: Pass): Promise<Resumed> {
    const trust = state?.nextTrust
    const frozen = activeFreezes(checkedFreezes(memory.findings.freezes, { place: this.#ports.network, trust }))
    if (lease === undefined || state === undefined || frozen.length > 0) return { resumed: false, failure: null }
    const running = (await this.#ports.store.journal.running(this.domain.name)).filter(
      (operation) => isResumable(operation) && !isInHand(operation),
    )
    const failure = await this.#runner.resume(running, { lease, memory, state, signal })
    return { resumed: running.length > 0, failure }
  }

  async #look(
    { force, memory, chain, context }: Pass,
    { target, running }: { target: Target | undefined; running: readonly Operation[] },
  ): Promise<Sight> {
    const { domain } = this
    const settings = this.#settings
    const startedAt = context.clock.now()
    const scheduled = { domain, memory, settings }
    const look: Look = {
      ...scheduled,
      tools: this.#ports.tools,
      verify: this.#verify,
      updates: this.#updates,
      context,
      due: (probe) => force || dueAt(probe, scheduled) <= startedAt + TOGETHER_MS,
      publishing: running.some(({ kind }) => kind === 'publish'),
    }
    const sight = target === undefined ? NOTHING : await observeDomain(look, { ...chain, target })
    const besides = await lookAtRegistry(look, chain.state)
    markSkipped(scheduled, { startedAt, context })
    return { ...sight, observations: [...sight.observations, ...besides] }
  }

  async #act({ lease, memory, chain, signal }: Pass, { plan, actions }: Decision): Promise<ActionReport[]> {
    if (lease === undefined) return plan.actions.map(planned)
    return this.#runner.run(actions, { lease, memory, state: chain.state, signal })
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

const NOTHING: Sight = { observations: [], candidates: [], settling: false }

function leaseHeld(keeper: DomainReport['keeper']): DomainReport['error'] {
  const who = keeper?.pid ? `The agent of process ${keeper.pid} on ${keeper.host}` : 'Another agent'
  return { code: 'LEASE_HELD', message: `${who} has this domain; it was only looked at.` }
}

function unregistered(value: string, name: string): DomainReport['error'] {
  return value === 'unregistered' ? { code: 'NOT_REGISTERED', message: `${name} is not in the registry.` } : null
}

function planned(action: Action): ActionReport {
  return { action, outcome: 'planned', code: null, detail: '', durationMs: 0 }
}
