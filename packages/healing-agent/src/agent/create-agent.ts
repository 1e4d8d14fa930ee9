import { type DomainName, DomainSyncError } from '@domainsync/core'
import type { Progress } from '@domainsync/journal'
import type { AgentDomain } from '../agent-domain.ts'
import { processOwner } from '../lease/process-owner.ts'
import { deliver } from '../notifiers/message-route.ts'
import type { AgentPorts } from './agent-ports.ts'
import { type AgentSettings, resolveSettings } from './agent-settings.ts'
import { DomainAgent } from './domain-agent.ts'
import type { DomainReport, PassReport } from './pass-report.ts'
import { Waker } from './waker.ts'
import { watchEvents } from './watch-events.ts'

/** Shortest pause between two passes of one domain, in milliseconds. */
const MIN_PAUSE_MS = 20
/** How long `settle` goes on at most unless told otherwise, in milliseconds. */
export const SETTLE_DEADLINE_MS = 5 * 60_000

export interface AgentOptions {
  readonly ports: AgentPorts
  readonly domains: readonly AgentDomain[]
  readonly settings?: Partial<AgentSettings>
  /** Names this agent in leases; by default its process, so that the next one of this host can tell when it is dead. */
  readonly owner?: string
  /** What failed beside the passes: a notifier that did not answer. */
  readonly onError?: (error: unknown, what: string) => void
  /** Told at every point of an operation on chain, synchronously. */
  readonly onProgress?: (progress: Progress) => void
}

export interface PassRequest {
  /** Do what the plan says; without it nothing is written anywhere. */
  readonly repair: boolean
  /** Only these; all by default. */
  readonly domains?: readonly DomainName[]
  readonly signal?: AbortSignal
}

export interface Agent {
  /** One look at every probe of the domains, and with `repair` one round of actions. */
  pass(request: PassRequest): Promise<PassReport>
  /**
   * Passes until nothing is under way any more: suspicions confirmed or dropped, repairs done and verified or handed to a
   * person. For runs without a resident. Gives the last report.
   */
  settle(request: PassRequest & { deadlineMs?: number; onPass?: (report: PassReport) => void }): Promise<PassReport>
  /** The resident: each domain by its own cadence, until the signal aborts. */
  run(options: RunOptions): Promise<void>
  /** What would be done about a domain now; nothing is. */
  plan(domain: DomainName, options?: { signal?: AbortSignal }): Promise<DomainReport>
  /** Makes the resident look at a domain, or all, at once. */
  wake(domain?: DomainName): void
}

export interface RunOptions {
  readonly signal: AbortSignal
  /** Default true. */
  readonly repair?: boolean
  /** Told after each domain's pass. */
  readonly onPass?: (report: PassReport) => void
}

/**
 * The healing agent over its ports. Its key can log, pause publishing, keep and go back to a stable older release; nothing in
 * this package can publish.
 */
export function createAgent({
  ports,
  domains,
  settings: given,
  owner = processOwner(),
  onError = () => {},
  onProgress,
}: AgentOptions): Agent {
  const settings = resolveSettings(given)
  const { clock, store, chain, notifiers } = ports
  const repairsInAll = () => agents.reduce((sum, agent) => sum + agent.repairs(clock.now()), 0)
  const agents: DomainAgent[] = domains.map(
    (domain) => new DomainAgent(domain, { ports, settings, owner, repairsInAll, onProgress }),
  )
  const wakers = new Map(agents.map((agent) => [agent, new Waker()]))

  function selected(names: readonly DomainName[] | undefined): DomainAgent[] {
    const unknown = names?.find((name) => !domains.some((domain) => domain.name === name))
    if (unknown !== undefined) {
      throw new DomainSyncError('DOMAIN_UNKNOWN', `${unknown} is not in the configuration.`, { retryable: false })
    }
    return names === undefined ? agents : agents.filter(({ domain }) => names.includes(domain.name))
  }

  async function send(signal: AbortSignal): Promise<void> {
    try {
      for (const { notifier, error } of await deliver(store.outbox, notifiers, { signal }))
        onError(error, `notifier ${notifier}`)
    } catch (error) {
      if (!signal.aborted) onError(error, 'outbox')
    }
  }

  async function round(
    some: readonly DomainAgent[],
    options: { repair: boolean; force: boolean; signal: AbortSignal },
  ): Promise<PassReport> {
    const startedAt = clock.now()
    const reports = await Promise.all(some.map((agent) => agent.pass(options)))
    if (options.repair) await send(options.signal)
    return passReport(reports, { startedAt, finishedAt: clock.now() })
  }

  async function released<T>(some: readonly DomainAgent[], work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } finally {
      await Promise.allSettled(some.map((agent) => agent.release()))
    }
  }

  async function loop(agent: DomainAgent, { signal, repair = true, onPass }: RunOptions): Promise<void> {
    const waker = wakers.get(agent)!
    let force = true
    while (!signal.aborted) {
      const report = await round([agent], { repair, force, signal })
      onPass?.(report)
      const dueMs = (report.domains[0]?.nextAt ?? 0) - clock.now()
      // Bounded: the clock may just have been set back.
      const pauseMs = Math.max(MIN_PAUSE_MS, Math.min(dueMs, settings.probeEveryMs, settings.leaseMs))
      await waker.sleep((woken) => clock.sleep(pauseMs, AbortSignal.any([signal, woken])).catch(() => {}))
      force = waker.take()
    }
  }

  return {
    async pass({ repair, domains: names, signal = new AbortController().signal }) {
      const some = selected(names)
      return released(some, () => round(some, { repair, force: true, signal }))
    },

    async settle({
      repair,
      domains: names,
      deadlineMs = SETTLE_DEADLINE_MS,
      onPass,
      signal = new AbortController().signal,
    }) {
      const all = selected(names)
      return released(all, async () => {
        const deadline = clock.monotonic() + deadlineMs
        let report = await round(all, { repair, force: true, signal })
        onPass?.(report)
        for (;;) {
          const restless = report.domains.filter(({ underWay }) => underWay)
          if (restless.length === 0 || clock.monotonic() >= deadline) return report
          const dueMs = Math.min(...restless.map(({ nextAt }) => nextAt)) - clock.now()
          await clock.sleep(Math.max(MIN_PAUSE_MS, Math.min(dueMs, settings.probeEveryMs)), signal)
          const due = all.filter(({ domain }) => restless.some((one) => one.domain === domain.name))
          const next = await round(due, { repair, force: false, signal })
          onPass?.(next)
          report = { ...next, startedAt: report.startedAt, ...merged(report.domains, next.domains) }
        }
      })
    },

    async run(options) {
      const { signal } = options
      const stop = new AbortController()
      const both = AbortSignal.any([signal, stop.signal])
      const onEvent = (domain: DomainName) =>
        agents
          .filter((agent) => agent.domain.name === domain)
          .forEach((agent) => {
            wakers.get(agent)?.wake()
          })
      const { eventsEveryMs: everyMs, probeTimeoutMs: timeoutMs } = settings
      const watching = watchEvents({
        chain,
        clock,
        domains: domains.map(({ name }) => name),
        everyMs,
        timeoutMs,
        signal: both,
        onEvent,
      })
      await released(agents, async () => {
        try {
          await Promise.all(agents.map((agent) => loop(agent, { ...options, signal: both })))
        } catch (error) {
          if (!signal.aborted) throw error
        } finally {
          stop.abort()
          await watching
        }
      })
    },

    async plan(domain, { signal = new AbortController().signal } = {}) {
      const [agent] = selected([domain])
      return agent!.pass({ repair: false, force: true, signal })
    },

    wake(domain) {
      for (const agent of domain === undefined ? agents : selected([domain])) wakers.get(agent)?.wake()
    },
  }
}

function passReport(reports: readonly DomainReport[], times: { startedAt: number; finishedAt: number }): PassReport {
  const complete = reports.every(({ quorum, error }) => quorum && error === null)
  return { schema: 'domainsync.pass/1', ...times, complete, domains: reports }
}

/** The newest report of every domain. */
function merged(
  before: readonly DomainReport[],
  after: readonly DomainReport[],
): Pick<PassReport, 'domains' | 'complete'> {
  const domains = before.map((old) => after.find(({ domain }) => domain === old.domain) ?? old)
  return { domains, complete: domains.every(({ quorum, error }) => quorum && error === null) }
}
