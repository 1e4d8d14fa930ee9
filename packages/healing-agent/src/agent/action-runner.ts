import { type DomainState, errorCode, type Lease, type Operation } from '@domainsync/core'
import { isRetryable, type Progress } from '@domainsync/journal'
import type { ActContext } from '../act/act-context.ts'
import { executeAction } from '../act/execute-action.ts'
import { resumeHealOperation } from '../act/run-heal-operation.ts'
import type { AgentDomain } from '../agent-domain.ts'
import type { LeaseHolder } from '../lease/lease-holder.ts'
import { enqueue } from '../notifiers/message-route.ts'
import { sentence } from '../observe/no-answer.ts'
import { probeName } from '../observe/probe-name.ts'
import { type Action, actionSubject, isMessage, isPointerAction, type MessageAction } from '../plan/action.ts'
import { recordObservation } from '../plan/action-record.ts'
import { UPDATE_REFUSED } from '../plan/dns-update.ts'
import type { AgentPorts } from './agent-ports.ts'
import type { AgentSettings } from './agent-settings.ts'
import type { DomainMemory } from './domain-memory.ts'
import type { ActionReport, DomainReport } from './pass-report.ts'

/** Codes that say the world changed since the plan: nothing was tried, the next pass decides anew. */
const STALE = new Set(['PLAN_STALE', 'PUBLISH_RUNNING', 'LEASE_LOST', 'OPERATION_RUNNING'])

/** What one pass knows when it acts. */
export interface Acting {
  readonly lease: Lease
  readonly memory: DomainMemory
  readonly state: DomainState | undefined
  readonly signal: AbortSignal
}

/** Carries out the actions of one domain and remembers every try. */
export class ActionRunner {
  readonly #domain: AgentDomain
  readonly #ports: AgentPorts
  readonly #settings: AgentSettings
  readonly #lease: LeaseHolder
  readonly #onProgress: ((progress: Progress) => void) | undefined

  constructor(domain: AgentDomain, { ports, settings, lease, onProgress }: RunnerOptions) {
    this.#domain = domain
    this.#ports = ports
    this.#settings = settings
    this.#lease = lease
    this.#onProgress = onProgress
  }

  /** Messages first, then pointers; the uploads, which may take long, all at once at the end. */
  async run(actions: readonly Action[], acting: Acting): Promise<ActionReport[]> {
    const reports: ActionReport[] = []
    for (const action of actions.filter(isMessage)) reports.push(await this.#try(action, acting))
    for (const action of actions.filter(isPointerAction)) reports.push(await this.#try(action, acting))
    for (const action of actions.filter(isHold)) reports.push(await this.#try(action, acting))
    const rest = actions.filter((action) => !isMessage(action) && !isPointerAction(action) && !isHold(action))
    return [...reports, ...(await Promise.all(rest.map((action) => this.#try(action, acting))))]
  }

  /** Finishes what a crash left in the journal; the first failure, if any. */
  async resume(running: readonly Operation[], acting: Acting): Promise<DomainReport['error']> {
    for (const operation of running) {
      try {
        await resumeHealOperation(operation, this.#context(acting, 0))
        acting.memory.actedAt = this.#ports.clock.now()
      } catch (error) {
        acting.signal.throwIfAborted()
        return { code: errorCode(error), message: sentence(error) }
      }
    }
    return null
  }

  async #try(action: Action, acting: Acting): Promise<ActionReport> {
    const { clock, store } = this.#ports
    const startedAt = clock.monotonic()
    const { outcome, detail, code, final } = await this.#do(action, acting)
    const report = { action, outcome, detail, code, durationMs: Math.round(clock.monotonic() - startedAt) }
    if (outcome === 'skipped') return report
    const at = clock.now()
    const subject = actionSubject(action)
    const kinds = action.kind === 'requestPublish' && final ? [action.kind, UPDATE_REFUSED] : [action.kind]
    const observations = kinds.map((kind) =>
      recordObservation(this.#domain.name, { kind, subject, at, ok: outcome === 'done' }, detail),
    )
    acting.memory.add(observations)
    await store.history.append(observations)
    if (!isMessage(action)) acting.memory.actedAt = at
    return report
  }

  async #do(action: Action, acting: Acting): Promise<Done> {
    try {
      const detail = isMessage(action) ? await this.#tell(action) : await this.#execute(action, acting)
      return { outcome: 'done', detail, code: null, final: false }
    } catch (error) {
      acting.signal.throwIfAborted()
      const code = errorCode(error)
      const outcome = STALE.has(code) ? 'skipped' : 'failed'
      return { outcome, detail: sentence(error), code, final: !isRetryable(error) }
    }
  }

  async #tell({ key, severity, title, text }: MessageAction): Promise<string> {
    const { store, notifiers } = this.#ports
    await enqueue({ key, severity, domain: this.#domain.name, title, text }, store.outbox, notifiers)
    return text
  }

  #execute(action: Exclude<Action, MessageAction>, acting: Acting): Promise<string> {
    const tries = acting.memory
      .records(this.#ports.clock.now())
      .filter(({ kind, subject }) => kind === action.kind && subject === actionSubject(action))
    return executeAction(action, this.#context(acting, tries.length), acting.state?.head.seq ?? 0)
  }

  #context({ lease, memory, signal }: Acting, attempt: number): ActContext {
    const { network, chain, clock, store, transactor, tools, publishRequests } = this.#ports
    const { actionTimeoutMs } = this.#settings
    const { epoch } = lease
    const isGood = (name: string) => memory.of(probeName('replica', name))[0]?.status === 'good'
    return {
      domain: this.#domain,
      network,
      chain,
      clock,
      journal: store.journal,
      transactions: store.transactions,
      transactor,
      tools,
      publishRequests,
      incident: memory.findings.incident?.id ?? this.#domain.name,
      attempt,
      fence: { epoch },
      holdLease: () => this.#lease.require(epoch),
      survivors: (except) =>
        this.#domain.replicas
          .filter(({ replica }) => !except.includes(replica.name))
          .sort((a, b) => Number(isGood(b.replica.name)) - Number(isGood(a.replica.name)))
          .map(({ replica }) => replica.source),
      signal: AbortSignal.any([signal, AbortSignal.timeout(actionTimeoutMs)]),
      timeoutMs: actionTimeoutMs,
      onProgress: this.#onProgress,
    }
  }
}

/** How a try ended; `final`: another one cannot help. */
type Done = Pick<ActionReport, 'outcome' | 'detail' | 'code'> & { readonly final: boolean }

interface RunnerOptions {
  readonly ports: AgentPorts
  readonly settings: AgentSettings
  readonly lease: LeaseHolder
  readonly onProgress: ((progress: Progress) => void) | undefined
}

function isHold({ kind }: Action): boolean {
  return kind === 'blockPublishing' || kind === 'unblockPublishing'
}
